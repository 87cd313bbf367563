/**
 * Textbook formulas over whole arrays, written without looking at the streaming classes: slow, obvious, undefined where
 * there are too few candles.
 */
import type { Candle } from '../../../../src/core/candle.ts';

type Line = readonly (number | undefined)[];

export const closes = (candles: readonly Candle[]): number[] => candles.map((candle) => candle.close);

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** The `size` values that end at `index`; undefined while there are fewer. */
function windowAt<T>(values: readonly T[], index: number, size: number): readonly T[] | undefined {
  return index + 1 < size ? undefined : values.slice(index + 1 - size, index + 1);
}

export function overWindows<T, R>(
  values: readonly T[],
  size: number,
  of: (window: readonly T[]) => R,
): (R | undefined)[] {
  return values.map((_, index) => {
    const window = windowAt(values, index, size);
    return window === undefined ? undefined : of(window);
  });
}

/** Seeded with the mean of the first `period` defined values, then moved by `weight` towards each new one. */
function smoothed(values: Line, period: number, weight: number): (number | undefined)[] {
  const start = values.findIndex((value) => value !== undefined);
  const result: (number | undefined)[] = values.map(() => undefined);
  if (start < 0) return result;
  const defined = values.slice(start).map((value) => value ?? Number.NaN);
  for (let i = period - 1; i < defined.length; i++) {
    const before = result[start + i - 1];
    const value = defined[i] ?? Number.NaN;
    result[start + i] =
      i === period - 1 ? mean(defined.slice(0, period)) : (before ?? Number.NaN) * (1 - weight) + value * weight;
  }
  return result;
}

export function ema(values: Line, period: number): (number | undefined)[] {
  return smoothed(values, period, 2 / (period + 1));
}

export function wilder(values: Line, period: number): (number | undefined)[] {
  return smoothed(values, period, 1 / period);
}

/** undefined for the first candle, which has no candle before it. */
export function perPair(
  candles: readonly Candle[],
  of: (before: Candle, now: Candle) => number,
): (number | undefined)[] {
  return candles.map((now, index) => {
    const before = candles[index - 1];
    return before === undefined ? undefined : of(before, now);
  });
}

export function trueRanges(candles: readonly Candle[]): (number | undefined)[] {
  return perPair(candles, (before, now) => Math.max(now.high, before.close) - Math.min(now.low, before.close));
}

/** The rows at which every line has a value, combined. */
export function combine<R>(lines: readonly Line[], of: (...values: number[]) => R): (R | undefined)[] {
  const length = lines[0]?.length ?? 0;
  return Array.from({ length }, (_, index) => {
    const values = lines.map((line) => line[index]);
    return values.every((value) => value !== undefined) ? of(...values.map((value) => value ?? Number.NaN)) : undefined;
  });
}
