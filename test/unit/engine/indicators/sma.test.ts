import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import { Sma } from '../../../../src/engine/indicators/sma.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { closes, mean, overWindows } from './reference.ts';

const make = () => new Sma({ period: 20 });
const reference = (candles: Parameters<typeof closes>[0]) => overWindows(closes(candles), 20, mean);

describe('Sma', () => {
  it('is the mean of the latest prices', () => {
    expect(valuesOf(new Sma({ period: 3 }), candlesOfCloses([1, 2, 3, 7]))).toEqual([undefined, undefined, 2, 4]);
  });

  it('follows the price it is told to follow', () => {
    const candles = candlesOfCloses([10, 20, 16]);
    expect(valuesOf(new Sma({ period: 1, source: 'open' }), candles)).toEqual([10, 10, 20]);
    expect(valuesOf(new Sma({ period: 1, source: 'high' }), candles)).toEqual([10, 20, 20]);
    expect(valuesOf(new Sma({ period: 1, source: 'low' }), candles)).toEqual([10, 10, 16]);
    expect(valuesOf(new Sma({ period: 1, source: 'hl2' }), candles)).toEqual([10, 15, 18]);
    expect(valuesOf(new Sma({ period: 2, source: 'hlc3' }), candles).at(-1)).toBeCloseTo((50 / 3 + 52 / 3) / 2, 12);
  });

  it('refuses a period that is no whole number from 1', () => {
    for (const period of [0, -3, 2.5, Number.NaN]) {
      expect(() => new Sma({ period })).toThrow(
        `Expected "period" to be a whole number of candles from 1, found "${period}"`,
      );
    }
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  it('does not drift over a million candles', () => {
    const candles = candlesOfCloses(Array.from({ length: 1000 }, (_, index) => 4321.05 + Math.sin(index) * 77.7));
    const sma = make();
    for (let round = 0; round < 1000; round++) for (const candle of candles) sma.update(candle);
    expect(sma.value).toBeCloseTo(mean(closes(candles).slice(-20)), 6);
  });

  it('agrees with the batch calculation of technicalindicators', () => {
    const values = Array.from({ length: 60 }, (_, index) => 100 + Math.sin(index) * 5);
    const streamed = valuesOf(make(), candlesOfCloses(values)).filter((value) => value !== undefined);
    expect(streamed).toEqual(technicalIndicators.SMA.calculate({ period: 20, values }));
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
