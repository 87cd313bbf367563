import technicalIndicators from 'technicalindicators';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Adx } from '../../../../src/engine/indicators/adx.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE, recordedCandles } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { combine, perPair, trueRanges, wilder } from './reference.ts';

const make = () => new Adx({ period: 14 });

function reference(candles: readonly Candle[]) {
  const plus = perPair(candles, (before, now) => {
    const [up, down] = [now.high - before.high, before.low - now.low];
    return up > down && up > 0 ? up : 0;
  });
  const minus = perPair(candles, (before, now) => {
    const [up, down] = [now.high - before.high, before.low - now.low];
    return down > up && down > 0 ? down : 0;
  });
  const range = wilder(trueRanges(candles), 14);
  const di = (moves: readonly (number | undefined)[]) =>
    combine([wilder(moves, 14), range], (move, span) => (span === 0 ? 0 : (100 * move) / span));
  const [plusDi, minusDi] = [di(plus), di(minus)];
  const dx = combine([plusDi, minusDi], (up, down) =>
    up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down),
  );
  return combine([wilder(dx, 14), plusDi, minusDi], (adx, up, down) => ({ adx, plusDi: up, minusDi: down }));
}

describe('Adx', () => {
  it('is 100 when highs and lows only rise', () => {
    const value = valuesOf(make(), candlesOfCloses(Array.from({ length: 60 }, (_, index) => 100 + index))).at(-1);
    expect(value?.adx).toBeCloseTo(100, 9);
    expect(value?.minusDi).toBe(0);
    expect(value?.plusDi).toBeCloseTo(100, 9);
  });

  it('recovers after flat prices, where 0 / 0 would stay for good', () => {
    const closes = [...Array.from({ length: 40 }, () => 100), ...Array.from({ length: 40 }, (_, index) => 100 + index)];
    const values = valuesOf(make(), candlesOfCloses(closes));
    expect(values[39]).toEqual({ adx: 0, plusDi: 0, minusDi: 0 });
    expect(values.at(-1)?.adx).toBeGreaterThan(50);
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));

    it('agrees with technicalindicators once the prices move', () => {
      // The recorded file begins with flat candles, on which technicalindicators turns to NaN.
      const candles = recordedCandles().slice(5000, 5500);
      const column = (pick: (candle: Candle) => number) => candles.map(pick);
      const oracle = technicalIndicators.ADX.calculate({
        period: 14,
        high: column((candle) => candle.high),
        low: column((candle) => candle.low),
        close: column((candle) => candle.close),
      });
      const streamed = valuesOf(make(), candles).filter((value) => value !== undefined);
      expect(streamed.length).toBe(oracle.length);
      for (const [index, value] of oracle.entries()) {
        expect(streamed[index]?.adx).toBeCloseTo(value.adx, 8);
        expect(streamed[index]?.plusDi).toBeCloseTo(value.pdi, 8);
        expect(streamed[index]?.minusDi).toBeCloseTo(value.mdi, 8);
      }
    });
  });
});
