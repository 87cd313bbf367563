import { toPaise } from '../../../core/money.ts';
import type { RiskRule } from '../risk-rule.ts';

export const maxOrderValue: RiskRule = {
  name: 'max-order-value',
  appliesTo: 'ENTRY',
  denies({ entryPrice, quantity }, { limits }) {
    const limitPaise = limits.maxOrderValuePaise;
    if (limitPaise === null) return undefined;
    const valuePaise = toPaise(entryPrice, quantity);
    return valuePaise > limitPaise ? { code: 'MAX_ORDER_VALUE', limitPaise, valuePaise } : undefined;
  },
};
