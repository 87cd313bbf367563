import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Stochastic } from '../../../../src/engine/indicators/stochastic.ts';
import { candlesOfCloses, candleWith, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { combine, mean, overWindows } from './reference.ts';

const make = () => new Stochastic({ period: 14, smoothing: 3, signalPeriod: 3 });

/** Means over the latest values of a line that begins with undefined. */
function meansOf(line: readonly (number | undefined)[], size: number): (number | undefined)[] {
  return overWindows(line, size, (window) =>
    window.includes(undefined) ? undefined : mean(window.map((value) => value ?? Number.NaN)),
  );
}

function reference(candles: readonly Candle[]) {
  const raw = overWindows(candles, 14, (window) => {
    const highest = Math.max(...window.map((candle) => candle.high));
    const lowest = Math.min(...window.map((candle) => candle.low));
    const close = window.at(-1)?.close ?? Number.NaN;
    return highest === lowest ? 50 : (100 * (close - lowest)) / (highest - lowest);
  });
  const k = meansOf(raw, 3);
  return combine([k, meansOf(k, 3)], (fast, slow) => ({ k: fast, d: slow }));
}

describe('Stochastic', () => {
  it('places the close within the range of the window', () => {
    const candles = [
      candleWith({ high: 10, low: 5, close: 8 }),
      candleWith({ high: 15, low: 8, close: 10 }), // (10 - 5) / (15 - 5)
      candleWith({ high: 12, low: 9, close: 9 }), // (9 - 8) / (15 - 8)
    ];
    const values = valuesOf(new Stochastic({ period: 2, smoothing: 1, signalPeriod: 1 }), candles);
    expect(values[0]).toBeUndefined();
    expect(values[1]).toEqual({ k: 50, d: 50 });
    expect(values[2]?.k).toBeCloseTo(100 / 7, 12);
  });

  it('is 50 on flat prices, 100 at the top and 0 at the bottom', () => {
    const walk = (step: number) => candlesOfCloses(Array.from({ length: 30 }, (_, index) => 500 + step * index));
    expect(valuesOf(make(), walk(0)).at(-1)).toEqual({ k: 50, d: 50 });
    expect(valuesOf(make(), walk(1)).at(-1)).toEqual({ k: 100, d: 100 });
    expect(valuesOf(make(), walk(-1)).at(-1)).toEqual({ k: 0, d: 0 });
  });

  it('names the option that is wrong', () => {
    expect(() => new Stochastic({ smoothing: 0 })).toThrow('Expected "smoothing"');
    expect(() => new Stochastic({ signalPeriod: -1 })).toThrow('Expected "signalPeriod"');
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
