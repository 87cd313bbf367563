import fc from 'fast-check';
import { expect } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import type { Indicator } from '../../../../src/engine/indicators/indicator.ts';
import { randomCandles, recordedCandles } from '../../../support/indicator-series.ts';

type Numbers = Readonly<Record<string, number | string>>;
export type Reference<Value> = (candles: readonly Candle[]) => readonly (Value | undefined)[];

export function valuesOf<Value>(indicator: Indicator<Value>, candles: readonly Candle[]): (Value | undefined)[] {
  return candles.map((candle) => {
    indicator.update(candle);
    return indicator.value;
  });
}

/** The streamed values equal the reference's at every candle, to nine digits. */
function expectToFollow<Value extends number | object>(
  make: () => Indicator<Value>,
  reference: Reference<Value>,
  candles: readonly Candle[],
): void {
  const streamed = valuesOf(make(), candles);
  const expected = reference(candles);
  expect(streamed.length).toBe(expected.length);
  for (let i = 0; i < streamed.length; i++) {
    const difference = differenceOf(streamed[i], expected[i]);
    // A plain comparison first: vitest's matchers are slow for tens of thousands of candles.
    if (difference !== undefined) expect.fail(`candle ${i + 1}: ${difference}`);
  }
}

export function expectToFollowRandomSeries<Value extends number | object>(
  make: () => Indicator<Value>,
  reference: Reference<Value>,
): void {
  fc.assert(fc.property(randomCandles({ min: 1, max: 160 }), (candles) => expectToFollow(make, reference, candles)));
}

export function expectToFollowRecordedSeries<Value extends number | object>(
  make: () => Indicator<Value>,
  reference: Reference<Value>,
): void {
  const candles = recordedCandles();
  expect(candles.length, 'rows of the recorded file').toBeGreaterThan(40_000);
  expectToFollow(make, reference, candles);
}

function differenceOf(found: unknown, expected: unknown): string | undefined {
  if (found === undefined || expected === undefined || typeof expected !== 'object') {
    return isClose(found, expected) ? undefined : `expected ${String(expected)}, found ${String(found)}`;
  }
  const foundNumbers = found as Numbers;
  for (const [key, value] of Object.entries(expected as Numbers)) {
    if (!isClose(foundNumbers[key], value)) return `expected ${key} ${value}, found ${foundNumbers[key]}`;
  }
  return undefined;
}

function isClose(found: unknown, expected: unknown): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return found === expected;
  return Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}
