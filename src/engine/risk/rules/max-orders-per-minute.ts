import type { RiskRule } from '../risk-rule.ts';

export const maxOrdersPerMinute: RiskRule = {
  name: 'max-orders-per-minute',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account }) {
    const limit = limits.maxOrdersPerMinute;
    const sent = account.ordersLastMinute;
    return limit !== null && sent >= limit ? { code: 'MAX_ORDERS_PER_MINUTE', limit, sent } : undefined;
  },
};
