import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { Supertrend, type SupertrendValue } from '../../../../src/engine/indicators/supertrend.ts';
import { candlesOfCloses, HAS_RECORDED, RECORDED_TITLE } from '../../../support/indicator-series.ts';
import { expectToFollowRandomSeries, expectToFollowRecordedSeries, valuesOf } from './follow.ts';
import { trueRanges, wilder } from './reference.ts';

const make = () => new Supertrend({ period: 10, multiplier: 3 });

/** After TradingView's published definition of ta.supertrend: direction 1 is down, -1 is up, the first one is down. */
function reference(candles: readonly Candle[]): (SupertrendValue | undefined)[] {
  const atr = wilder(trueRanges(candles), 10);
  const rows: ({ upperBand: number; lowerBand: number; direction: 1 | -1 } | undefined)[] = [];
  for (const [index, candle] of candles.entries()) {
    const range = atr[index];
    const before = rows[index - 1];
    const previousClose = candles[index - 1]?.close ?? 0;
    if (range === undefined) {
      rows.push(undefined);
      continue;
    }
    const src = (candle.high + candle.low) / 2;
    let upperBand = src + 3 * range;
    let lowerBand = src - 3 * range;
    let direction: 1 | -1 = 1;
    if (before !== undefined) {
      lowerBand = lowerBand > before.lowerBand || previousClose < before.lowerBand ? lowerBand : before.lowerBand;
      upperBand = upperBand < before.upperBand || previousClose > before.upperBand ? upperBand : before.upperBand;
      if (before.direction === 1) direction = candle.close > upperBand ? -1 : 1;
      else direction = candle.close < lowerBand ? 1 : -1;
    }
    rows.push({ upperBand, lowerBand, direction });
  }
  return rows.map(
    (row) =>
      row && (row.direction === -1 ? { line: row.lowerBand, trend: 'up' } : { line: row.upperBand, trend: 'down' }),
  );
}

describe('Supertrend', () => {
  it('turns up on a strong rise and down on a strong fall', () => {
    const flat = Array.from({ length: 12 }, (_, index) => 100 + (index % 2));
    const rise = [105, 110, 115, 120];
    const fall = [110, 100, 90, 80];
    const trends = valuesOf(make(), candlesOfCloses([...flat, ...rise, ...fall])).map((value) => value?.trend);
    expect(trends.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(trends[10], 'the first value is a down-trend').toBe('down');
    expect(trends[15]).toBe('up');
    expect(trends.at(-1)).toBe('down');
  });

  it('only raises its line while the trend is up', () => {
    const closes = Array.from({ length: 60 }, (_, index) => 100 + index * 2 + Math.sin(index) * 3);
    const lines = valuesOf(make(), candlesOfCloses(closes)).flatMap((value) =>
      value?.trend === 'up' ? [value.line] : [],
    );
    expect(lines.length).toBeGreaterThan(20);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it('stays up on a close that is exactly on its line', () => {
    const values = valuesOf(new Supertrend({ period: 1, multiplier: 0.1 }), candlesOfCloses([100, 101, 110, 120, 120]));
    expect(values.at(-1)).toEqual({ line: 120, trend: 'up' });
  });

  it('refuses a multiplier that is not above 0', () => {
    expect(() => new Supertrend({ multiplier: -1 })).toThrow(
      'Expected "multiplier" to be a number above 0, found "-1"',
    );
  });

  it('equals the reference over random series', () => expectToFollowRandomSeries(make, reference));

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('equals the reference', () => expectToFollowRecordedSeries(make, reference));
  });
});
