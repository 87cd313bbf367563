import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/core/time.ts';
import { Vwap } from '../../../../src/engine/indicators/vwap.ts';
import { candleWith, FIRST_OPEN, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';

const make = () => new Vwap();

/** Recomputed from the day's first candle each time; the calendar date by the runtime's own time-zone data. */
function reference(candles: readonly Candle[]): number[] {
  const istDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' });
  const dates = candles.map((candle) => istDate.format(candle.openTime));
  let dayStart = 0;
  return candles.map((candle, index) => {
    if (dates[index] !== dates[dayStart]) dayStart = index;
    const day = candles.slice(dayStart, index + 1);
    const volume = day.reduce((total, one) => total + one.volume, 0);
    if (volume === 0) return (candle.high + candle.low + candle.close) / 3;
    return day.reduce((total, one) => total + ((one.high + one.low + one.close) / 3) * one.volume, 0) / volume;
  });
}

describe('Vwap', () => {
  it('weighs typical prices by volume', () => {
    const candles = [
      candleWith({ high: 12, low: 9, close: 9, volume: 100 }), // typical 10
      candleWith({ high: 22, low: 19, close: 19, volume: 300 }), // typical 20
    ];
    expect(valuesOf(make(), candles)).toEqual([10, 17.5]);
  });

  it('starts afresh at midnight in India, not at midnight UTC', () => {
    const at = (openTime: number, price: number) => candleWith({ openTime, high: price, low: price, close: price });
    const evening = FIRST_OPEN + 14 * HOUR_MS; // 23:15 IST, still the same day
    expect(valuesOf(make(), [at(FIRST_OPEN, 10), at(evening, 20), at(evening + HOUR_MS, 40)])).toEqual([10, 15, 40]);
  });

  it('starts afresh on each day', () => {
    const at = (openTime: number, price: number) => candleWith({ openTime, high: price, low: price, close: price });
    expect(valuesOf(make(), [at(FIRST_OPEN, 10), at(FIRST_OPEN + DAY_MS, 30)])).toEqual([10, 30]);
  });

  it('is the typical price while the day has had no volume', () => {
    const candles = [
      candleWith({ high: 12, low: 9, close: 9, volume: 0 }),
      candleWith({ high: 22, low: 19, close: 19, volume: 5 }),
    ];
    expect(valuesOf(make(), candles)).toEqual([10, 20]);
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
