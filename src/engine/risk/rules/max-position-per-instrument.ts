import type { RiskRule } from '../risk-rule.ts';

/** Over all strategies. An entry that makes the account's position smaller is always inside the limit. */
export const maxPositionPerInstrument: RiskRule = {
  name: 'max-position-per-instrument',
  appliesTo: 'ENTRY',
  denies({ side, quantity }, { limits, accountQuantity }) {
    const limit = limits.maxPositionPerInstrument;
    if (limit === null) return undefined;
    const wanted = Math.abs(accountQuantity + (side === 'BUY' ? quantity : -quantity));
    const isGrowing = wanted > Math.abs(accountQuantity);
    return isGrowing && wanted > limit ? { code: 'MAX_POSITION_PER_INSTRUMENT', limit, wanted } : undefined;
  },
};
