import type { AccountRule } from '../risk-rule.ts';

export const maxOrdersPerDay: AccountRule = {
  name: 'max-orders-per-day',
  appliesTo: 'ENTRY',
  denies(_signal, { limits, account }) {
    const limit = limits.maxOrdersPerDay;
    const sent = account.ordersToday;
    return limit !== null && sent >= limit ? { code: 'MAX_ORDERS_PER_DAY', limit, sent } : undefined;
  },
};
