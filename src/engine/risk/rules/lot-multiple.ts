import type { RiskRule } from '../risk-rule.ts';

/** Whole lots, and at least one. What is above the freeze quantity is sliced when orders are planned, not denied. */
export const lotMultiple: RiskRule = {
  name: 'lot-multiple',
  appliesTo: 'ENTRY',
  denies({ quantity }, { instrument: { lotSize } }) {
    return quantity > 0 && quantity % lotSize === 0 ? undefined : { code: 'NOT_A_LOT_MULTIPLE', quantity, lotSize };
  },
};
