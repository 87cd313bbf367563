import type { RiskRule } from '../risk-rule.ts';

export const tradingPaused: RiskRule = {
  name: 'trading-paused',
  appliesTo: 'ENTRY',
  denies: (_signal, { isPaused }) => (isPaused ? { code: 'TRADING_PAUSED' } : undefined),
};
