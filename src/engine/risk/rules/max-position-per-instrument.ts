import type { RiskRule } from '../risk-rule.ts';

/** Over all strategies. An entry that only makes the account's position smaller is always inside the limit. */
export const maxPositionPerInstrument: RiskRule = {
  name: 'max-position-per-instrument',
  appliesTo: 'ENTRY',
  denies({ side, quantity }, { limits, accountQuantity }) {
    const limit = limits.maxPositionPerInstrument;
    if (limit === null) return undefined;
    const after = accountQuantity + (side === 'BUY' ? quantity : -quantity);
    const wanted = Math.abs(after);
    const isReducing = after * accountQuantity >= 0 && wanted < Math.abs(accountQuantity);
    return wanted > limit && !isReducing ? { code: 'MAX_POSITION_PER_INSTRUMENT', limit, wanted } : undefined;
  },
};
