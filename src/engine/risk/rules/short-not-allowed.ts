import type { RiskRule } from '../risk-rule.ts';

export const shortNotAllowed: RiskRule = {
  name: 'short-not-allowed',
  appliesTo: 'ENTRY',
  denies({ side }, { instrument, product }) {
    if (side !== 'SELL' || instrument.kind !== 'EQUITY' || product === 'INTRADAY') return undefined;
    return { code: 'SHORT_NOT_ALLOWED', why: 'a share can be sold short within the day only, with INTRADAY' };
  },
};
