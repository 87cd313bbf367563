import type { RiskRule } from '../risk-rule.ts';

/** Room for binary dust: a price exactly on the band is inside it. */
const DUST = 1e-9;

export const priceOutsideBand: RiskRule = {
  name: 'price-outside-band',
  appliesTo: 'ENTRY',
  denies({ entryPrice: price }, { limits, lastPrice: reference }) {
    const bandPercent = limits.priceBandPercent;
    if (bandPercent === null || reference === null) return undefined;
    const isInside = Math.abs(price - reference) * 100 <= bandPercent * reference * (1 + DUST);
    return isInside ? undefined : { code: 'PRICE_OUTSIDE_BAND', price, reference, bandPercent };
  },
};
