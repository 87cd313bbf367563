import type { RiskRule } from '../risk-rule.ts';

export const staleSignal: RiskRule = {
  name: 'stale-signal',
  appliesTo: 'ENTRY',
  denies: ({ expiresTime }, { now }) =>
    now > expiresTime ? { code: 'STALE_SIGNAL', at: now, expired: expiresTime } : undefined,
};
