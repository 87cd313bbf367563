import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPaise } from '../../../../src/core/money.ts';
import { type Sizing, type SizingInput, sizeOf } from '../../../../src/engine/risk/sizing.ts';

/** A share at 500 with a stop at 490; five lakh of rupees, all of it free. */
const input: SizingInput = {
  entryPrice: 500,
  stopLoss: 490,
  equityPaise: 50_000_000,
  lotSize: 1,
  availablePaise: 50_000_000,
};

const size = (sizing: Sizing, changes: Partial<SizingInput> = {}) => sizeOf(sizing, { ...input, ...changes });

describe('the size of an entry', () => {
  it('is a fixed quantity as it was given, lots or not, money or not', () => {
    expect(size({ kind: 'fixed-quantity', quantity: 37 }, { lotSize: 65, availablePaise: 0 })).toBe(37);
  });

  it('is what a fixed value buys', () => {
    expect(size({ kind: 'fixed-value', paise: 5_000_000 })).toBe(100);
    expect(size({ kind: 'fixed-value', paise: 4_999_999 })).toBe(99);
    expect(size({ kind: 'fixed-value', paise: 49_999 })).toBe(0);
  });

  it('is not one short when the division leaves dust', () => {
    expect(size({ kind: 'fixed-value', paise: 11_000 }, { entryPrice: 1.1 })).toBe(100);
  });

  it('is worth a percentage of the equity', () => {
    expect(size({ kind: 'percent-of-equity', percent: 10 })).toBe(100);
    expect(size({ kind: 'percent-of-equity', percent: 10 }, { equityPaise: 25_000_000 })).toBe(50);
  });

  it('loses a percentage of the equity at the stop, above or below the entry', () => {
    expect(size({ kind: 'risk-per-trade', percent: 1 })).toBe(500);
    expect(size({ kind: 'risk-per-trade', percent: 1 }, { stopLoss: 510 })).toBe(500);
    expect(size({ kind: 'risk-per-trade', percent: 1 }, { stopLoss: 480 })).toBe(250);
  });

  it('counts the whole value as what can be lost when there is no stop distance', () => {
    expect(size({ kind: 'risk-per-trade', percent: 1 }, { stopLoss: null })).toBe(10);
    expect(size({ kind: 'risk-per-trade', percent: 1 }, { stopLoss: 500 })).toBe(10);
  });

  it('is no more than what is available pays for, without leverage unless the margin says so', () => {
    const sizing: Sizing = { kind: 'risk-per-trade', percent: 5 };
    expect(size(sizing), 'the stop alone would allow 2,500').toBe(1_000);
    expect(size(sizing, { availablePaise: 1_000_000 })).toBe(20);
    expect(size(sizing, { availablePaise: 1_000_000, marginPaisePerUnit: 10_000 })).toBe(100);
    expect(size(sizing, { availablePaise: -1 })).toBe(0);
  });

  it('is rounded down to whole lots, to none if one is too much', () => {
    const option = { entryPrice: 100, stopLoss: null, lotSize: 65 };
    expect(size({ kind: 'fixed-value', paise: 1_950_000 }, option)).toBe(195);
    expect(size({ kind: 'fixed-value', paise: 1_949_999 }, option)).toBe(130);
    expect(size({ kind: 'fixed-value', paise: 649_999 }, option)).toBe(0);
  });

  it('is a lot less when a single paisa is missing, however dear the lot', () => {
    const dear = { entryPrice: 200_000, lotSize: 65 };
    const sizing: Sizing = { kind: 'fixed-value', paise: 1_300_000_000 };
    expect(size(sizing, { ...dear, availablePaise: 1_300_000_000 })).toBe(65);
    expect(size(sizing, { ...dear, availablePaise: 1_299_999_999 })).toBe(0);
  });

  it('is none at a price that is no price', () => {
    for (const entryPrice of [0, -1, Number.NaN]) {
      expect(size({ kind: 'fixed-value', paise: 1_000_000 }, { entryPrice })).toBe(0);
    }
    expect(size({ kind: 'percent-of-equity', percent: 10 }, { equityPaise: -1 })).toBe(0);
  });

  it('is always whole lots that the money available pays for', () => {
    const sizing: fc.Arbitrary<Sizing> = fc.oneof(
      fc.record({ kind: fc.constant('fixed-value' as const), paise: fc.nat(100_000_000) }),
      fc.record({ kind: fc.constant('percent-of-equity' as const), percent: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ kind: fc.constant('risk-per-trade' as const), percent: fc.integer({ min: 1, max: 100 }) }),
    );
    const prices = fc.integer({ min: 1, max: 2_000_000 }).map((steps) => steps * 0.05);
    fc.assert(
      fc.property(
        sizing,
        prices,
        prices,
        fc.nat(100_000_000),
        fc.constantFrom(1, 25, 65),
        (how, entryPrice, stop, paise, lotSize) => {
          const units = size(how, { entryPrice, stopLoss: stop, availablePaise: paise, lotSize });
          expect(units % lotSize).toBe(0);
          expect(units).toBeGreaterThanOrEqual(0);
          expect(toPaise(entryPrice, units)).toBeLessThanOrEqual(paise);
        },
      ),
    );
  });
});
