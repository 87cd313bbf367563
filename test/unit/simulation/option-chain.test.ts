import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { parseInstrumentId } from '../../../src/core/instrument.ts';
import { blackScholes, optionsAround, smile } from '../../../src/simulation/option-chain.ts';

const inputs = fc.record({
  spot: fc.double({ min: 1_000, max: 90_000, noNaN: true }),
  moneyness: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  years: fc.double({ min: 1 / 3650, max: 1, noNaN: true }),
  volatility: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
});
const rate = 0.065;

describe('blackScholes', () => {
  it('gives the textbook price', () => {
    // Hull, Options, Futures and Other Derivatives, example 15.6: call 4.76, put 0.81.
    const hull = { spot: 42, strike: 40, years: 0.5, rate: 0.1, volatility: 0.2 };
    expect(blackScholes({ ...hull, optionType: 'CE' })).toBeCloseTo(4.76, 2);
    expect(blackScholes({ ...hull, optionType: 'PE' })).toBeCloseTo(0.81, 2);
  });

  it('keeps put-call parity', () => {
    fc.assert(
      fc.property(inputs, ({ spot, moneyness, years, volatility }) => {
        const strike = spot * moneyness;
        const option = { spot, strike, years, rate, volatility };
        const difference =
          blackScholes({ ...option, optionType: 'CE' }) - blackScholes({ ...option, optionType: 'PE' });
        expect(difference).toBeCloseTo(spot - strike * Math.exp(-rate * years), 1);
      }),
    );
  });

  it('rises with volatility and with time, and never below intrinsic value of the call', () => {
    fc.assert(
      fc.property(inputs, ({ spot, moneyness, years, volatility }) => {
        const option = { spot, strike: spot * moneyness, years, rate, volatility, optionType: 'CE' as const };
        const price = blackScholes(option);
        const dust = spot * 1e-6;
        expect(blackScholes({ ...option, volatility: volatility + 0.01 })).toBeGreaterThanOrEqual(price - dust);
        expect(blackScholes({ ...option, years: years + 0.01 })).toBeGreaterThanOrEqual(price - dust);
        expect(price).toBeGreaterThanOrEqual(Math.max(0, spot - option.strike) - dust);
      }),
    );
  });

  it('is worth its intrinsic value at expiry', () => {
    const expired = { spot: 26_150, strike: 26_000, years: 0, rate, volatility: 0.12 };
    expect(blackScholes({ ...expired, optionType: 'CE' })).toBe(150);
    expect(blackScholes({ ...expired, optionType: 'PE' })).toBe(0);
  });
});

describe('smile', () => {
  it('is lowest near the money and dearer below it than above it', () => {
    const week = 5 / 365;
    const [below, at, above] = [0.98, 1, 1.02].map((moneyness) => smile(0.12, 26_000, 26_000 * moneyness, week));
    expect(at).toBe(0.12);
    expect(below).toBeGreaterThan(at ?? 0);
    expect(below).toBeGreaterThan(above ?? 0);
  });
});

describe('optionsAround', () => {
  const series = {
    ...({ exchange: 'NFO', symbol: 'NIFTY', expiry: '2026-11-23', lotSize: 65, freezeQuantity: 1800 } as const),
    ...{ underlying: 'NSE:NIFTY 50' as InstrumentId, strikeStep: 100, strikesEachSide: 1 },
  };

  it('lists CE and PE of the strikes around the price', () => {
    const options = optionsAround(25_951, series);
    expect(options.map((option) => option.id)).toEqual([
      'NFO:NIFTY:2026-11-23:25900:CE',
      'NFO:NIFTY:2026-11-23:25900:PE',
      'NFO:NIFTY:2026-11-23:26000:CE',
      'NFO:NIFTY:2026-11-23:26000:PE',
      'NFO:NIFTY:2026-11-23:26100:CE',
      'NFO:NIFTY:2026-11-23:26100:PE',
    ]);
  });

  it('gives instruments that agree with their ids', () => {
    for (const option of optionsAround(25_951, series)) {
      const { exchange, symbol, expiry, strike, optionType } = option;
      expect(parseInstrumentId(option.id)).toMatchObject({ exchange, symbol, expiry, strike, optionType });
      expect(option).toMatchObject({ kind: 'OPTION', lotSize: 65, freezeQuantity: 1800, underlying: 'NSE:NIFTY 50' });
    }
  });
});
