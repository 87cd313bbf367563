import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/core/errors.ts';
import type { OrderUpdate } from '../../../../src/core/order.ts';
import { isTerminal, ORDER_STATUSES, type OrderStatus } from '../../../../src/core/order-status.ts';
import { transition } from '../../../../src/engine/orders/order-machine.ts';
import { brokerId, buildOrder, buildUpdate } from '../../../support/build-order.ts';

type Reported = OrderUpdate['status'];
type Expected = 'moves' | 'is late' | 'is illegal';

const REPORTED: readonly Reported[] = ORDER_STATUSES.filter(
  (status): status is Reported => status !== 'PARTIALLY_FILLED' && status !== 'FILLED',
);
/** How far an order that has not ended has come; a report of an earlier stage is old news. */
const STAGE: Readonly<Partial<Record<OrderStatus, number>>> = {
  INITIALIZED: 0,
  SUBMITTING: 1,
  UNKNOWN: 1,
  SUBMITTED: 2,
  ACCEPTED: 3,
  PARTIALLY_FILLED: 4,
  PENDING_CANCEL: 5,
};
/** Two ends that can not both be true of one order: a refused order was not done, cancelled or left to expire. */
const CONTRADICTIONS: ReadonlySet<string> = new Set([
  'FILLED REJECTED',
  'CANCELED REJECTED',
  'EXPIRED REJECTED',
  'REJECTED EXPIRED',
]);

/** What must happen, reasoned from the meaning of the words and not from the table. */
function expectation(from: OrderStatus, to: Reported): Expected {
  if (to === 'INITIALIZED') {
    // The executor's word that a call was not carried out: only a call in flight can come back.
    if (from === 'SUBMITTING') return 'moves';
    return from === 'INITIALIZED' ? 'is late' : 'is illegal';
  }
  if (isTerminal(from)) return CONTRADICTIONS.has(`${from} ${to}`) ? 'is illegal' : 'is late';
  if (isTerminal(to)) return 'moves';
  if (from === to) return 'is late';
  // Doubt about a call is settled by a resend; it is no news once the broker has answered.
  if (from === 'UNKNOWN') return 'moves';
  if (to === 'UNKNOWN') return from === 'INITIALIZED' || from === 'SUBMITTING' ? 'moves' : 'is late';
  // A refused cancel puts the order back to work.
  if (from === 'PENDING_CANCEL' && to === 'ACCEPTED') return 'moves';
  return (STAGE[to] ?? 0) > (STAGE[from] ?? 0) ? 'moves' : 'is late';
}

const PAIRS = ORDER_STATUSES.flatMap((from) => REPORTED.map((to) => ({ from, to, expected: expectation(from, to) })));

describe('the life of an order', () => {
  it.each(PAIRS)('$from, told $to: the update $expected', ({ from, to, expected }) => {
    const order = buildOrder({ status: from });
    const update = buildUpdate(order, to, { reason: 'because', time: order.updatedTime + 5_000 });
    if (expected === 'is illegal') {
      expect(() => transition(order, update)).toThrow(InvariantError);
    } else if (expected === 'is late') {
      expect(transition(order, update)).toEqual({ order, moved: false });
    } else {
      expect(transition(order, update)).toEqual({
        order: { ...order, status: to, statusReason: 'because', updatedTime: update.time },
        moved: true,
      });
    }
  });

  it('names order, states and reason of an illegal update', () => {
    const order = buildOrder({ status: 'FILLED' });
    expect(() => transition(order, buildUpdate(order, 'REJECTED', { reason: 'no margin' }))).toThrow(
      /testorder0000001 is "FILLED" and can not become "REJECTED" \(no margin\)/,
    );
  });

  it.each(PAIRS.filter(({ expected }) => expected === 'is late'))(
    '$from, told $to late: the broker id is learnt all the same',
    ({ from, to }) => {
      const order = buildOrder({ status: from });
      const { order: after, moved } = transition(order, buildUpdate(order, to, { brokerOrderId: brokerId('B-1') }));
      expect(moved).toBe(false);
      expect(after).toEqual({ ...order, brokerOrderId: 'B-1' });
    },
  );

  it.each(PAIRS.filter(({ expected }) => expected === 'moves'))(
    '$from, told $to without a broker id: the known one stays',
    ({ from, to }) => {
      const order = buildOrder({ status: from, brokerOrderId: brokerId('B-1') });
      expect(transition(order, buildUpdate(order, to)).order.brokerOrderId).toBe('B-1');
    },
  );

  it('hands back the very same order when an update brings nothing new', () => {
    const order = buildOrder({ status: 'ACCEPTED', brokerOrderId: brokerId('B-1') });
    expect(transition(order, buildUpdate(order, 'SUBMITTED', { brokerOrderId: brokerId('B-1') })).order).toBe(order);
  });

  it('puts a partly filled order back to work as partly filled when its cancel is refused', () => {
    const order = buildOrder({ status: 'PENDING_CANCEL', filledQuantity: 4, averagePrice: 100 });
    expect(transition(order, buildUpdate(order, 'ACCEPTED')).order.status).toBe('PARTIALLY_FILLED');
  });
});
