import type { RiskRule } from '../risk-rule.ts';

export const notTradable: RiskRule = {
  name: 'not-tradable',
  appliesTo: 'ENTRY',
  denies: (_signal, { instrument }) =>
    instrument.kind === 'INDEX'
      ? { code: 'NOT_TRADABLE', instrumentId: instrument.id, why: 'an index can be watched, not traded' }
      : undefined,
};
