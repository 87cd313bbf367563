import { expect, it } from 'vitest';
import { maxOrdersPerMinute } from '../../../../../src/engine/risk/rules/max-orders-per-minute.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries once the last minute has had as many orders as the limit', () => {
  const limits = { maxOrdersPerMinute: 5 };
  expect(reasonOf(maxOrdersPerMinute, { limits, account: { ordersLastMinute: 4 } })).toBeUndefined();
  expect(reasonOf(maxOrdersPerMinute, { limits, account: { ordersLastMinute: 5 } })).toEqual({
    code: 'MAX_ORDERS_PER_MINUTE',
    limit: 5,
    sent: 5,
  });
  expect(reasonOf(maxOrdersPerMinute, { account: { ordersLastMinute: 999 } }), 'no limit').toBeUndefined();
});
