import type { RiskRule } from '../risk-rule.ts';

/** Stops new entries at once; exits go on. */
export const killSwitch: RiskRule = {
  name: 'kill-switch',
  appliesTo: 'ENTRY',
  denies: (_signal, { isKilled }) => (isKilled ? { code: 'KILL_SWITCH_ON' } : undefined),
};
