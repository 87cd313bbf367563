import { describe, expect, it } from 'vitest';
import { template } from '../../strategies/_template/strategy.ts';
import { strategies } from '../../strategies/index.ts';
import { candlesOfCloses } from '../support/indicator-series.ts';
import { StrategyDriver } from '../support/strategy-context.ts';

describe('the template', () => {
  it('is long while the close is above its average', () => {
    const driver = new StrategyDriver(template, { period: 2, stopPercent: 10 });
    const drafts = driver.run(candlesOfCloses([100, 100, 110, 120, 90, 80])).map(([draft]) => draft);
    expect(drafts.map((draft) => draft?.kind)).toEqual([undefined, undefined, 'ENTRY', undefined, 'EXIT', undefined]);
    expect(drafts[2]).toMatchObject({ side: 'BUY', stopLoss: 99 });
  });

  it('cannot be configured: it is there to be copied', () => {
    expect(strategies.has('template')).toBe(false);
  });
});
