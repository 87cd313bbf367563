import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, startOfDay, weekdayOf } from '../../../src/core/time.ts';
import { generateCandles } from '../../../src/simulation/generate-candles.ts';

describe('generateCandles', () => {
  it('gives the same candles for the same seed', () => {
    const run = { seed: 'a', count: 2_000, startPrice: 500 };
    expect(generateCandles(run)).toEqual(generateCandles(run));
    expect(generateCandles({ ...run, seed: 'b' }).close).not.toEqual(generateCandles(run).close);
    const longer = generateCandles({ ...run, count: 3_000 });
    expect(longer.close.subarray(0, 2_000), 'a longer run begins alike').toEqual(generateCandles(run).close);
  });

  it('gives sound candles on the tick, minute after minute of weekdays', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0.05, max: 90_000, noNaN: true }), (seed, startPrice) => {
        const { count, openTime, open, high, low, close, volume } = generateCandles({ seed, count: 1_200, startPrice });
        const faults: unknown[] = [];
        for (let row = 0; row < count; row++) {
          const [o = 0, h = 0, l = 0, c = 0, v = 0] = [open[row], high[row], low[row], close[row], volume[row]];
          const time = openTime[row] ?? 0;
          const isSound = l > 0 && l <= Math.min(o, c) && h >= Math.max(o, c) && v > 0 && Number.isInteger(v);
          const isOnTick = [o, h, l, c].every((price) => price === Math.round(price * 20) / 20);
          const isOnTime =
            (time - startOfDay(dayOf(time))) / 60_000 === 9 * 60 + 15 + (row % 375) && time > (openTime[row - 1] ?? 0);
          const weekday = weekdayOf(dayOf(time));
          if (!isSound || !isOnTick || !isOnTime || weekday === 0 || weekday === 6)
            faults.push({ row, time, o, h, l, c, v });
        }
        expect(faults).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
