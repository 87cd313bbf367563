import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Rsi } from '../../../../src/engine/indicators/rsi.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { combine, perPair, wilder } from './reference.ts';

const make = () => new Rsi({ period: 14 });

function reference(candles: readonly Candle[]) {
  const gains = wilder(
    perPair(candles, (before, now) => Math.max(0, now.close - before.close)),
    14,
  );
  const losses = wilder(
    perPair(candles, (before, now) => Math.max(0, before.close - now.close)),
    14,
  );
  return combine([gains, losses], (gain, loss) => {
    if (gain === 0 && loss === 0) return 50;
    return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
  });
}

describe('Rsi', () => {
  it('weighs average gains against average losses', () => {
    // Changes +2, -1: gain 1, loss 0.5. Then +3: gain (1 + 3) / 2 = 2, loss 0.25.
    const values = valuesOf(new Rsi({ period: 2 }), candlesOfCloses([10, 12, 11, 14]));
    expect(values.slice(0, 2)).toEqual([undefined, undefined]);
    expect(values[2]).toBeCloseTo(100 * (1 / 1.5), 12);
    expect(values[3]).toBeCloseTo(100 * (2 / 2.25), 12);
  });

  it('is not rounded', () => {
    const value = valuesOf(new Rsi({ period: 2 }), candlesOfCloses([10, 12, 11])).at(-1) ?? 0;
    expect(value).not.toBe(66.67);
    expect(value).toBeCloseTo(66.666_666_666, 8);
  });

  it('is 0 when prices only fall', () => {
    expect(valuesOf(make(), candlesOfCloses(Array.from({ length: 40 }, (_, index) => 200 - index))).at(-1)).toBe(0);
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  it('agrees with technicalindicators to the two decimals that it gives', () => {
    const values = Array.from({ length: 120 }, (_, index) => 100 + Math.sin(index * 1.7) * 5 + index / 9);
    const streamed = valuesOf(make(), candlesOfCloses(values)).filter((value) => value !== undefined);
    const oracle = technicalIndicators.RSI.calculate({ period: 14, values });
    expect(streamed.length).toBe(oracle.length);
    for (const [index, value] of oracle.entries())
      expect(Math.abs((streamed[index] ?? 0) - value)).toBeLessThan(0.005_001);
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
