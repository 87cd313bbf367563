import { expect, it } from 'vitest';
import { maxOrdersPerDay } from '../../../../../src/engine/risk/rules/max-orders-per-day.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries once the day has had as many orders as the limit', () => {
  const limits = { maxOrdersPerDay: 50 };
  expect(reasonOf(maxOrdersPerDay, { limits, account: { ordersToday: 49 } })).toBeUndefined();
  expect(reasonOf(maxOrdersPerDay, { limits, account: { ordersToday: 50 } })).toEqual({
    code: 'MAX_ORDERS_PER_DAY',
    limit: 50,
    sent: 50,
  });
  expect(reasonOf(maxOrdersPerDay, { account: { ordersToday: 9_999 } }), 'no limit').toBeUndefined();
});
