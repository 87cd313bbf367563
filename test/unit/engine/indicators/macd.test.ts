import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Macd } from '../../../../src/engine/indicators/macd.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { closes, combine, ema } from './reference.ts';

const make = () => new Macd();

function reference(candles: readonly Candle[]) {
  const prices = closes(candles);
  const line = combine([ema(prices, 12), ema(prices, 26)], (fast, slow) => fast - slow);
  return combine([line, ema(line, 9)], (macd, signal) => ({ macd, signal, histogram: macd - signal }));
}

describe('Macd', () => {
  it('has a signal line of 0 on flat prices', () => {
    const flat = candlesOfCloses(Array.from({ length: 40 }, () => 250));
    expect(valuesOf(make(), flat).at(-1)).toEqual({ macd: 0, signal: 0, histogram: 0 });
  });

  it('refuses a fast period that is not below the slow one', () => {
    expect(() => new Macd({ fast: 26, slow: 12 })).toThrow('Expected "fast" below "slow" ("12"), found "26"');
    expect(() => new Macd({ signalPeriod: 0 })).toThrow('Expected "signalPeriod"');
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  it('agrees with technicalindicators', () => {
    const values = Array.from({ length: 120 }, (_, index) => 100 + Math.sin(index / 5) * 5 + index / 9);
    const oracle = technicalIndicators.MACD.calculate({
      values,
      fastPeriod: 12,
      slowPeriod: 26,
      signalPeriod: 9,
      SimpleMAOscillator: false,
      SimpleMASignal: false,
    }).filter((value) => value.signal !== undefined);
    const streamed = valuesOf(make(), candlesOfCloses(values)).filter((value) => value !== undefined);
    expect(streamed.length).toBe(oracle.length);
    for (const [index, value] of oracle.entries()) {
      expect(streamed[index]?.macd).toBeCloseTo(value.MACD ?? Number.NaN, 10);
      expect(streamed[index]?.signal).toBeCloseTo(value.signal ?? Number.NaN, 10);
      expect(streamed[index]?.histogram).toBeCloseTo(value.histogram ?? Number.NaN, 10);
    }
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
