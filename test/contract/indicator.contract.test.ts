/**
 * What every indicator promises, whatever it computes: exact warm-up, determinism, no look-ahead, no NaN.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../src/core/candle.ts';
import { Adx } from '../../src/engine/indicators/adx.ts';
import { Atr } from '../../src/engine/indicators/atr.ts';
import { BollingerBands } from '../../src/engine/indicators/bollinger-bands.ts';
import { Ema } from '../../src/engine/indicators/ema.ts';
import type { Indicator } from '../../src/engine/indicators/indicator.ts';
import { Macd } from '../../src/engine/indicators/macd.ts';
import { Rsi } from '../../src/engine/indicators/rsi.ts';
import { Sma } from '../../src/engine/indicators/sma.ts';
import { Stochastic } from '../../src/engine/indicators/stochastic.ts';
import { Supertrend } from '../../src/engine/indicators/supertrend.ts';
import { Vwap } from '../../src/engine/indicators/vwap.ts';
import {
  candlesOfCloses,
  HAS_RECORDED,
  RECORDED_TITLE,
  randomCandles,
  recordedCandles,
} from '../support/indicator-series.ts';

/** Built from a period, so that the warm-up is tested for many. `warmUp` is the definition's, not the class's word. */
const INDICATORS: Readonly<
  Record<string, { make: (period: number) => Indicator<number | object>; warmUp: (period: number) => number }>
> = {
  Sma: { make: (period) => new Sma({ period }), warmUp: (period) => period },
  Ema: { make: (period) => new Ema({ period }), warmUp: (period) => period },
  Rsi: { make: (period) => new Rsi({ period }), warmUp: (period) => period + 1 },
  Macd: {
    make: (period) => new Macd({ fast: period, slow: 2 * period, signalPeriod: period }),
    warmUp: (period) => 3 * period - 1,
  },
  BollingerBands: { make: (period) => new BollingerBands({ period }), warmUp: (period) => period },
  Atr: { make: (period) => new Atr({ period }), warmUp: (period) => period + 1 },
  Vwap: { make: () => new Vwap(), warmUp: () => 1 },
  Supertrend: { make: (period) => new Supertrend({ period }), warmUp: (period) => period + 1 },
  Adx: { make: (period) => new Adx({ period }), warmUp: (period) => 2 * period },
  Stochastic: {
    make: (period) => new Stochastic({ period, smoothing: 3, signalPeriod: 4 }),
    warmUp: (period) => period + 5,
  },
};

const periods = fc.integer({ min: 1, max: 25 });
const series = randomCandles({ min: 1, max: 120 });

function valuesAfter(
  indicator: Indicator<number | object>,
  candles: readonly Candle[],
): (number | object | undefined)[] {
  return candles.map((candle) => {
    indicator.update(candle);
    return indicator.value;
  });
}

function numbersIn(value: number | object | undefined): number[] {
  if (value === undefined) return [];
  return (typeof value === 'number' ? [value] : Object.values(value)).filter((part) => typeof part === 'number');
}

function expectFinite(values: readonly (number | object | undefined)[]): void {
  for (const [index, value] of values.entries()) {
    for (const number of numbersIn(value)) {
      if (!Number.isFinite(number)) expect.fail(`candle ${index + 1}: found ${JSON.stringify(value)}`);
    }
  }
}

describe.each(Object.entries(INDICATORS))('%s', (_name, { make, warmUp }) => {
  it('declares the warm-up of its definition and has a value from exactly that candle on', () => {
    fc.assert(
      fc.property(periods, series, (period, candles) => {
        const indicator = make(period);
        expect(indicator.warmUp).toBe(warmUp(period));
        expect(indicator.value, 'before the first candle').toBeUndefined();
        const found = valuesAfter(indicator, candles).map((value) => value !== undefined);
        expect(found).toEqual(candles.map((_, index) => index + 1 >= indicator.warmUp));
      }),
    );
  });

  it('gives the same values for the same candles, however often and beside whichever other instance', () => {
    fc.assert(
      fc.property(periods, series, (period, candles) => {
        const first = make(period);
        const second = make(period);
        const interleaved = candles.map((candle) => {
          first.update(candle);
          second.update(candle);
          expect(second.value, 'reading a value twice').toEqual(second.value);
          return second.value;
        });
        expect(interleaved).toEqual(valuesAfter(make(period), candles));
        expect(first.value).toEqual(second.value);
      }),
    );
  });

  it('never changes a value because of later candles', () => {
    fc.assert(
      fc.property(periods, series, series, (period, candles, other) => {
        const cut = Math.ceil(candles.length / 2);
        const full = valuesAfter(make(period), candles);
        expect(valuesAfter(make(period), candles.slice(0, cut)), 'a shorter series').toEqual(full.slice(0, cut));
        const forked = valuesAfter(make(period), [...candles.slice(0, cut), ...other]);
        expect(forked.slice(0, cut), 'another future').toEqual(full.slice(0, cut));
      }),
    );
  });

  it('hands out values that later candles leave as they were', () => {
    const indicator = make(3);
    const candles = candlesOfCloses([5, 6, 4, 7, 9, 3, 8, 8, 2, 6, 7, 9, 4]);
    const values = valuesAfter(indicator, candles);
    const copies = structuredClone(values);
    for (const candle of candlesOfCloses([50, 60, 1, 90])) indicator.update(candle);
    expect(values).toEqual(copies);
  });

  it('gives no NaN on flat prices, without volume, or both', () => {
    for (const period of [1, 2, 14]) {
      for (const volume of [0, 1000]) {
        const flat = candlesOfCloses(
          Array.from({ length: 80 }, () => 431.15),
          volume,
        );
        const moving = candlesOfCloses(
          Array.from({ length: 80 }, (_, index) => 400 + Math.sin(index) * 9),
          volume,
        );
        expectFinite(valuesAfter(make(period), [...flat, ...moving, ...flat]));
      }
    }
  });

  it('gives no NaN on random series', () => {
    fc.assert(fc.property(periods, series, (period, candles) => expectFinite(valuesAfter(make(period), candles))));
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('has a finite value at every candle from the warm-up on', () => {
      const candles = recordedCandles();
      const indicator = make(14);
      const values = valuesAfter(indicator, candles);
      expectFinite(values);
      expect(values.indexOf(undefined, indicator.warmUp - 1), 'a value missing after the warm-up').toBe(-1);
    });
  });
});

describe('Rsi at its ends', () => {
  const valuesSeen = (period: number, closes: readonly number[]) =>
    new Set(valuesAfter(new Rsi({ period }), candlesOfCloses(closes)).slice(period));

  it('is 100 when prices only rise, 0 when they only fall and 50 when they never move', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 30, maxLength: 90 });
    fc.assert(
      fc.property(periods, steps, (period, moves) => {
        const rising = moves.map((_, index) => moves.slice(0, index + 1).reduce((sum, move) => sum + move, 2000) / 20);
        expect(valuesSeen(period, rising)).toEqual(new Set([100]));
        expect(valuesSeen(period, rising.toReversed())).toEqual(new Set([0]));
        expect(
          valuesSeen(
            period,
            moves.map(() => 77.35),
          ),
        ).toEqual(new Set([50]));
      }),
    );
  });
});
