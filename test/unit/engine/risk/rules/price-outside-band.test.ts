import { expect, it } from 'vitest';
import { priceOutsideBand } from '../../../../../src/engine/risk/rules/price-outside-band.ts';
import { reasonOf } from '../risk-cases.ts';

const limits = { priceBandPercent: 2 };

it('denies a price farther from the last one than the band, on either side', () => {
  expect(reasonOf(priceOutsideBand, { limits }, { entryPrice: 1_020 })).toBeUndefined();
  expect(reasonOf(priceOutsideBand, { limits }, { entryPrice: 980 })).toBeUndefined();
  expect(reasonOf(priceOutsideBand, { limits }, { entryPrice: 1_020.05 })).toEqual({
    code: 'PRICE_OUTSIDE_BAND',
    price: 1_020.05,
    reference: 1_000,
    bandPercent: 2,
  });
  expect(reasonOf(priceOutsideBand, { limits }, { entryPrice: 979.95 })?.code).toBe('PRICE_OUTSIDE_BAND');
});

it('allows a price exactly on the band when the arithmetic leaves dust', () => {
  const exact = { limits: { priceBandPercent: 10 }, lastPrice: 0.3 };
  expect(reasonOf(priceOutsideBand, exact, { entryPrice: 0.33 })).toBeUndefined();
});

it('denies what is no number', () => {
  expect(reasonOf(priceOutsideBand, { limits }, { entryPrice: Number.NaN })?.code).toBe('PRICE_OUTSIDE_BAND');
});

it('has nothing to say before the first price, nor without a band', () => {
  expect(reasonOf(priceOutsideBand, { limits, lastPrice: null }, { entryPrice: 5 })).toBeUndefined();
  expect(reasonOf(priceOutsideBand, {}, { entryPrice: 5 })).toBeUndefined();
});
