import { marginOf } from '../margin.ts';
import type { RiskRule } from '../risk-rule.ts';

/**
 * The larger of our own estimate and what the broker says. Of a size of 0, which is what sizing gives when it cannot afford
 * a lot, it asks whether one lot could be afforded.
 */
export const insufficientMargin: RiskRule = {
  name: 'insufficient-margin',
  appliesTo: 'ENTRY',
  denies({ side, entryPrice, quantity }, { instrument, product, limits, account, unitMarginPaise = 0 }) {
    const units = quantity > 0 ? quantity : instrument.lotSize;
    const estimatedPaise = marginOf({ instrument, product, side, price: entryPrice, quantity: units }, limits);
    const neededPaise = Math.max(estimatedPaise, Math.ceil(unitMarginPaise * units));
    const availablePaise = account.availablePaise;
    return neededPaise > availablePaise ? { code: 'INSUFFICIENT_MARGIN', neededPaise, availablePaise } : undefined;
  },
};
