import { expect, it } from 'vitest';
import type { ClientOrderId } from '../../../../../src/core/ids.ts';
import { orderInDoubt } from '../../../../../src/engine/risk/rules/order-in-doubt.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries in an instrument while an order in it may or may not be at the broker', () => {
  const doubtfulOrder = 'a1b2c3d4e5f6g7h8' as ClientOrderId;
  expect(reasonOf(orderInDoubt, { doubtfulOrder })).toEqual({ code: 'ORDER_IN_DOUBT', clientOrderId: doubtfulOrder });
  expect(reasonOf(orderInDoubt, { doubtfulOrder: null })).toBeUndefined();
  expect(orderInDoubt.appliesTo).toBe('ENTRY');
});
