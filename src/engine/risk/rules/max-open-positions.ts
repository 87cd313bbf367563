import type { AccountRule } from '../risk-rule.ts';

/** An entry where a position is open already opens no further one. */
export const maxOpenPositions: AccountRule = {
  name: 'max-open-positions',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account, position }) {
    const limit = limits.maxOpenPositions;
    if (limit === null || position.quantity !== 0) return undefined;
    const open = account.openPositions + account.pendingPositions;
    return open >= limit ? { code: 'MAX_OPEN_POSITIONS', limit, open } : undefined;
  },
};
