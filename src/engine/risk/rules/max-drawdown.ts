import type { AccountRule } from '../risk-rule.ts';

export const maxDrawdown: AccountRule = {
  name: 'max-drawdown',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account }) {
    const limitPercent = limits.maxDrawdownPercent;
    if (limitPercent === null) return undefined;
    const peak = account.peakEquityPaise;
    const fall = peak - account.equityPaise;
    // Paise times percent on both sides: a fall of exactly the limit is not lost to a division.
    if (fall <= 0 || fall * 100 < limitPercent * peak) return undefined;
    return { code: 'MAX_DRAWDOWN', limitPercent, drawdownPercent: peak > 0 ? (fall / peak) * 100 : 100 };
  },
};
