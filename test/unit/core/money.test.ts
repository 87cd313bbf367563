import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRupees, roundPrice, snapToTick, toPaise } from '../../../src/core/money.ts';

const anyPrice = fc.integer({ min: 1, max: 50_000_000 }).map((steps) => steps / 500);
const anyTick = fc.constantFrom(0.0025, 0.01, 0.05, 0.1, 1, 5);

describe('toPaise', () => {
  it('rounds the value to the nearest paisa', () => {
    expect(toPaise(0.1 + 0.2)).toBe(30);
    expect(toPaise(1234.55, 3)).toBe(370_365);
    expect(toPaise(88.2325, 1000)).toBe(8_823_250);
    expect(toPaise(0.004)).toBe(0);
    expect(toPaise(-2.5, 10)).toBe(-2500);
  });
});

describe('snapToTick', () => {
  it('takes the nearest tick, or the next one up or down', () => {
    expect(snapToTick(100.03, 0.05)).toBe(100.05);
    expect(snapToTick(100.02, 0.05)).toBe(100);
    expect(snapToTick(100.01, 0.05, 'up')).toBe(100.05);
    expect(snapToTick(100.04, 0.05, 'down')).toBe(100);
    expect(snapToTick(88.2333, 0.0025, 'up')).toBe(88.235);
  });

  it('leaves a price on its tick in every direction, without binary dust', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), anyTick, (steps, tick) => {
        const price = roundPrice(steps * tick);
        for (const toward of ['nearest', 'up', 'down'] as const) expect(snapToTick(price, tick, toward)).toBe(price);
        expect(snapToTick(price + tick * 1e-9, tick, 'up'), 'dust is not a step').toBe(price);
      }),
    );
  });

  it('stays within a tick on the side that was asked for', () => {
    fc.assert(
      fc.property(anyPrice, anyTick, (price, tick) => {
        const dust = tick * 1e-5;
        const up = snapToTick(price, tick, 'up');
        const down = snapToTick(price, tick, 'down');
        expect(up).toBeGreaterThanOrEqual(price - dust);
        expect(down).toBeLessThanOrEqual(price + dust);
        expect(up - down).toBeLessThanOrEqual(tick + dust);
        expect([up, down]).toContain(snapToTick(price, tick));
      }),
    );
  });
});

describe('roundPrice', () => {
  it('keeps four decimals', () => {
    expect(roundPrice(0.1 + 0.2)).toBe(0.3);
    expect(roundPrice(88.23255)).toBe(88.2326);
  });
});

describe('formatRupees', () => {
  it.each([
    [0, '0.00'],
    [5, '0.05'],
    [99_999, '999.99'],
    [100_000, '1,000.00'],
    [12_345_670, '1,23,456.70'],
    [123_456_789_012, '1,23,45,67,890.12'],
    [-12_345_670, '-1,23,456.70'],
    [-5, '-0.05'],
  ])('writes %i paise as %s', (paise, text) => {
    expect(formatRupees(paise)).toBe(text);
  });

  it('keeps every digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), (paise) => {
        expect(Math.round(Number(formatRupees(paise).replaceAll(',', '')) * 100)).toBe(paise);
      }),
    );
  });
});
