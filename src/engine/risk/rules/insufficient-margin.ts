import { marginOf } from '../margin.ts';
import type { RiskRule } from '../risk-rule.ts';

/** Of a size of 0, which is what sizing gives when it cannot afford a lot, it asks whether one lot could be afforded. */
export const insufficientMargin: RiskRule = {
  name: 'insufficient-margin',
  appliesTo: 'ENTRY',
  denies({ side, entryPrice, quantity }, { instrument, product, limits, account }) {
    const units = quantity > 0 ? quantity : instrument.lotSize;
    const neededPaise = marginOf({ instrument, product, side, price: entryPrice, quantity: units }, limits);
    const availablePaise = account.availablePaise;
    return neededPaise > availablePaise ? { code: 'INSUFFICIENT_MARGIN', neededPaise, availablePaise } : undefined;
  },
};
