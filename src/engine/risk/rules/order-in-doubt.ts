import type { RiskRule } from '../risk-rule.ts';

/** As long as nobody knows whether an order of ours is at the broker, its instrument is frozen for entries. */
export const orderInDoubt: RiskRule = {
  name: 'order-in-doubt',
  appliesTo: 'ENTRY',
  denies: (_signal, { doubtfulOrder }) =>
    doubtfulOrder === null ? undefined : { code: 'ORDER_IN_DOUBT', clientOrderId: doubtfulOrder },
};
