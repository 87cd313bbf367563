import { describe, expect, it } from 'vitest';
import type { BookedFill } from '../../../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../../../src/core/ids.ts';
import type { Order } from '../../../../src/core/order.ts';
import { compareOrders, overruns, type Truth } from '../../../../src/worker/rehearsal/compare-orders.ts';
import { buildOrder } from '../../../support/build-order.ts';

const ID = 'abcdefgh12345678' as ClientOrderId;
const order = (changes: Partial<Order> = {}): Order => ({
  ...buildOrder({ clientOrderId: ID, side: 'BUY', quantity: 10 }),
  ...{ status: 'FILLED', brokerOrderId: '77' as BrokerOrderId, filledQuantity: 10, averagePrice: 100 },
  ...changes,
});
const fill = (changes: Partial<BookedFill> = {}): BookedFill => ({
  ...{ fillId: `${ID}-1`, clientOrderId: ID, instrumentId: order().instrumentId, side: 'BUY', quantity: 10 },
  ...{ price: 100, time: 1, chargesPaise: 0, sequence: 2, ...changes },
});
const TRUTH: Truth = {
  orders: [{ orderId: '77', tag: ID, side: 'BUY', quantity: 10, status: 'complete', filled: 10 }],
  fills: [{ tag: ID, fillId: '1', side: 'BUY', quantity: 10, price: 100 }],
  ...{ doubledTags: [], sessions: [], calls: {}, faults: {}, mishaps: [], budget: {} },
};
const [THERE] = TRUTH.orders;
const compare = (
  orders: readonly Order[],
  fills: readonly BookedFill[],
  truth: Partial<Truth> = {},
): readonly string[] => compareOrders({ orders, fills }, { ...TRUTH, ...truth });

describe('our books against what happened at the broker', () => {
  it('are equal when order, status and fills are', () => {
    expect(compare([order()], [fill()])).toEqual([]);
  });

  it('may hold an order that was never sent, once that is settled', () => {
    const unsent = { brokerOrderId: null, filledQuantity: 0, averagePrice: null };
    const none = { orders: [], fills: [] };
    expect(compare([order({ ...unsent, status: 'EXPIRED' })], [], none)).toEqual([]);
    expect(compare([order({ ...unsent, status: 'SUBMITTING' })], [], none)).toEqual([
      `${ID}: "SUBMITTING" here, unknown to the broker`,
    ]);
    expect(compare([order({ status: 'CANCELED' })], [], none)).toHaveLength(1);
  });

  it.each([
    ['another id', { brokerOrderId: '78' as BrokerOrderId }, 'the broker calls it "77", we call it "78"'],
    ['another quantity', { quantity: 20 }, 'BUY 20 here, BUY 10 at the broker'],
    ['another status', { status: 'CANCELED' as const }, '"CANCELED" here, "complete" at the broker'],
    ['fewer units filled', { filledQuantity: 5 }, '5 filled here, 10 at the broker'],
  ])('differ by %s', (_, changes, text) => {
    expect(compare([order(changes)], [fill()])).toEqual([`${ID}: ${text}`]);
  });

  it('differ by an order that was placed twice, or by nobody here', () => {
    expect(compare([order()], [fill()], { doubledTags: [ID] })).toEqual([`${ID}: more than one order at the broker`]);
    const foreign = THERE ? [THERE, { ...THERE, orderId: '79', tag: '' }] : [];
    expect(compare([order()], [fill()], { orders: foreign })).toEqual(['untagged: only the broker has this order']);
  });

  it('differ by a fill that one side does not have, or has at another price', () => {
    expect(compare([order()], [])).toEqual([`fill ${ID}-1: BUY 10 at 100: not in our books`]);
    expect(compare([order()], [fill(), fill({ fillId: `${ID}-2` })])).toEqual([
      `fill ${ID}-2: BUY 10 at 100: not at the broker`,
    ]);
    expect(compare([order()], [fill({ price: 101 })])).toHaveLength(2);
  });
});

it('tells which window of the call budget was overrun', () => {
  const windows = { second: { highest: 12, exceeded: 3 }, minute: { highest: 12, exceeded: 0 } };
  expect(overruns({ ...TRUTH, budget: { A1: { orders: windows } } })).toEqual([
    'orders in a second: 12 calls, 3 too many',
  ]);
});
