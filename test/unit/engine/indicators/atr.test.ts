import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Atr } from '../../../../src/engine/indicators/atr.ts';
import { candleWith, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { trueRanges, wilder } from './reference.ts';

const make = () => new Atr({ period: 14 });
const reference = (candles: readonly Candle[]) => wilder(trueRanges(candles), 14);

describe('Atr', () => {
  it('is seeded with the mean of the first true ranges, gaps included', () => {
    const candles = [
      candleWith({ high: 11, low: 9, close: 10 }),
      candleWith({ high: 15, low: 14, close: 14 }), // gap up: 15 - 10 = 5
      candleWith({ high: 15, low: 14, close: 15 }), // 1
      candleWith({ high: 16, low: 9, close: 12 }), // 7
    ];
    expect(valuesOf(new Atr({ period: 2 }), candles)).toEqual([undefined, undefined, 3, 5]);
  });

  it('refuses a period that is no whole number from 1', () => {
    expect(() => new Atr({ period: 1.5 })).toThrow('found "1.5"');
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
