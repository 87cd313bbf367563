import { expect, it } from 'vitest';
import { warmUp, warmUpFrom } from '../../../src/worker/warm-up.ts';
import { engineOptions, RELIANCE } from '../../support/engine-bench.ts';
import { ist } from '../../support/fixed-calendar.ts';
import { onCandles, scriptedStrategy } from '../../support/scripted-strategy.ts';

const optionsOf = (warmUp: number) =>
  engineOptions({
    strategy: scriptedStrategy({
      instruments: [RELIANCE],
      timeframe: '5m',
      warmUp,
      create: onCandles(() => undefined),
    }),
  });
const FRIDAY = '2026-07-31';

it('begins with today when today is long enough', () => {
  expect(warmUpFrom(optionsOf(20), ist(FRIDAY, '11:00'))).toBe(ist(FRIDAY, '09:15'));
});

it('goes back as many sessions as the strategies need, over days without one', () => {
  expect(warmUpFrom(optionsOf(30), ist(FRIDAY, '10:00'))).toBe(ist('2026-07-30', '09:15'));
  expect(warmUpFrom(optionsOf(30), ist('2026-08-03', '09:20')), 'a Monday').toBe(ist(FRIDAY, '09:15'));
});

it('wants nothing before the open when only today counts', () => {
  const now = ist(FRIDAY, '09:10');
  expect(warmUpFrom(optionsOf(30), now, 1)).toBe(now);
});

it('lets out what the engine wants of the run before, ahead of the candles whose effects are no news', async () => {
  const done: string[] = [];
  const engine = {
    warmUp: () => {
      done.push('warmed up');
      return [];
    },
  };
  const span = { from: ist(FRIDAY, '09:15'), to: ist(FRIDAY, '10:00') };
  const gaps = { async *before() {} };
  await warmUp(engine, optionsOf(20), span, gaps, (event) => void done.push(event.type));
  expect(done).toEqual(['gap', 'warmed up', 'gap']);
});
