import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClosedCandles } from '../../../../src/engine/strategy/closed-candles.ts';
import { buildCandle } from '../../../support/build-candle.ts';

describe('the latest closed candles', () => {
  it('are none at first', () => {
    const candles = new ClosedCandles(3);
    expect(candles.length).toBe(0);
    expect(candles.back(0)).toBeUndefined();
  });

  it('are the last ones appended, however many there were', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(cases, ([capacity, count]) => {
        const candles = new ClosedCandles(capacity);
        const all = Array.from({ length: count }, (_, index) => buildCandle('09:15', index + 1));
        for (const candle of all) candles.append(candle);
        expect(candles.length).toBe(Math.min(count, capacity));
        for (let offset = -2; offset < capacity + 3; offset += 1) {
          const isKept = offset >= 0 && offset < Math.min(count, capacity);
          expect(candles.back(offset)).toBe(isKept ? all[count - 1 - offset] : undefined);
        }
      }),
    );
  });
});
