import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockAfter } from '../../support/build-candle.ts';
import { acts, CarelessBroker } from '../../support/careless-broker.ts';

describe('with a broker that fills what it should not', () => {
  it('the square-off still leaves nothing', () => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        const broker = new CarelessBroker();
        for (const act of before) broker.act(act);
        broker.bench.command('squareoff', clockAfter('10:30', 0));
        for (const act of after) if (act.kind !== 'candle') broker.act(act);
        broker.settle();
        expect(broker.working.map(({ role, status }) => [role, status])).toEqual([]);
        expect(broker.bench.held).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
