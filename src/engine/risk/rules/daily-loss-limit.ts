import type { AccountRule } from '../risk-rule.ts';

/** Realised and open losses of the day together. */
export const dailyLossLimit: AccountRule = {
  name: 'daily-loss-limit',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account }) {
    const limitPaise = limits.dailyLossPaise;
    const lossPaise = -account.dayPaise;
    return limitPaise !== null && lossPaise >= limitPaise
      ? { code: 'DAILY_LOSS_LIMIT', limitPaise, lossPaise }
      : undefined;
  },
};
