import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { BollingerBands } from '../../../../src/engine/indicators/bollinger-bands.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { closes, mean, overWindows } from './reference.ts';

const make = () => new BollingerBands();

function reference(candles: readonly Candle[]) {
  return overWindows(closes(candles), 20, (window) => {
    const middle = mean(window);
    const deviation = Math.sqrt(mean(window.map((value) => (value - middle) ** 2)));
    return { lower: middle - 2 * deviation, middle, upper: middle + 2 * deviation };
  });
}

describe('BollingerBands', () => {
  it('uses the population deviation', () => {
    // Mean 5, squares 9 1 1 1 0 0 4 16 over 8: deviation 2.
    const values = valuesOf(
      new BollingerBands({ period: 8, deviations: 1 }),
      candlesOfCloses([2, 4, 4, 4, 5, 5, 7, 9]),
    );
    expect(values.at(-1)).toEqual({ lower: 3, middle: 5, upper: 7 });
  });

  it('collapses to one line on flat prices', () => {
    const flat = candlesOfCloses(Array.from({ length: 30 }, () => 123.45));
    const value = valuesOf(make(), flat).at(-1);
    expect(value?.upper).toBeCloseTo(123.45, 10);
    expect(value?.lower).toBeCloseTo(123.45, 10);
  });

  it('refuses a width that is not above 0', () => {
    expect(() => new BollingerBands({ deviations: 0 })).toThrow(
      'Expected "deviations" to be a number above 0, found "0"',
    );
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  it('agrees with technicalindicators', () => {
    const values = Array.from({ length: 120 }, (_, index) => 100 + Math.sin(index / 5) * 5 + index / 9);
    const oracle = technicalIndicators.BollingerBands.calculate({ values, period: 20, stdDev: 2 });
    const streamed = valuesOf(make(), candlesOfCloses(values)).filter((value) => value !== undefined);
    expect(streamed.length).toBe(oracle.length);
    for (const [index, value] of oracle.entries()) {
      expect(streamed[index]?.upper).toBeCloseTo(value.upper, 9);
      expect(streamed[index]?.lower).toBeCloseTo(value.lower, 9);
    }
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
