import { expect, it } from 'vitest';
import { maxOrderValue } from '../../../../../src/engine/risk/rules/max-order-value.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies an order worth more than the limit', () => {
  expect(reasonOf(maxOrderValue, { limits: { maxOrderValuePaise: 1_000_000 } })).toBeUndefined();
  expect(reasonOf(maxOrderValue, { limits: { maxOrderValuePaise: 999_999 } })).toEqual({
    code: 'MAX_ORDER_VALUE',
    limitPaise: 999_999,
    valuePaise: 1_000_000,
  });
  expect(reasonOf(maxOrderValue, {}, { quantity: 1_000_000 }), 'no limit').toBeUndefined();
});
