import type { AccountRule } from '../risk-rule.ts';

export const losingStreakLock: AccountRule = {
  name: 'losing-streak-lock',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account }) {
    const limit = limits.losingStreak;
    const losses = account.losingStreak;
    return limit !== null && losses >= limit ? { code: 'LOSING_STREAK_LOCK', limit, losses } : undefined;
  },
};
