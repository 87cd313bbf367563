import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import { Ema } from '../../../../src/engine/indicators/ema.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { closes, ema } from './reference.ts';

const make = () => new Ema({ period: 9 });
const reference = (candles: Parameters<typeof closes>[0]) => ema(closes(candles), 9);

describe('Ema', () => {
  it('is seeded with the simple mean and then moves by 2 / (period + 1)', () => {
    // Seed (1 + 2 + 6) / 3 = 3, then 3 + (7 - 3) / 2 = 5.
    expect(valuesOf(new Ema({ period: 3 }), candlesOfCloses([1, 2, 6, 7]))).toEqual([undefined, undefined, 3, 5]);
  });

  it('follows the price it is told to follow', () => {
    expect(valuesOf(new Ema({ period: 1, source: 'hl2' }), candlesOfCloses([10, 20, 16]))).toEqual([10, 15, 18]);
  });

  it('refuses a period that is no whole number from 1', () => {
    expect(() => new Ema({ period: 0 })).toThrow('found "0"');
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  it('agrees with technicalindicators, seed included', () => {
    const values = Array.from({ length: 200 }, (_, index) => 100 + Math.sin(index) * 5 + index / 7);
    const oracle = new technicalIndicators.EMA({ period: 21, values: [] });
    const streamed = valuesOf(new Ema({ period: 21 }), candlesOfCloses(values));
    for (const [index, value] of values.entries()) {
      const expected = oracle.nextValue(value);
      if (expected === undefined) expect(streamed[index]).toBeUndefined();
      else expect(streamed[index]).toBeCloseTo(expected, 10);
    }
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
