import { describe, expect, it } from 'vitest';
import { GTT_STATUSES, type GttStatus } from '../../../../src/core/gtt.ts';
import type { ClientOrderId } from '../../../../src/core/ids.ts';
import type { Order } from '../../../../src/core/order.ts';
import { ORDER_STATUSES } from '../../../../src/core/order-status.ts';
import { rulesOfLegs, updateOfLeg } from '../../../../src/engine/orders/gtt-of-orders.ts';
import { transition } from '../../../../src/engine/orders/order-machine.ts';
import { buildLeg } from '../../../support/build-gtt.ts';
import { buildOrder } from '../../../support/build-order.ts';

const id = (text: string): ClientOrderId => text.padEnd(16, '0') as ClientOrderId;
const LEG = { side: 'SELL', product: 'DELIVERY', timeInForce: 'GTT', ocoGroup: 'fill-1' } as const;

function stop(changes: Partial<Order> = {}): Order {
  return buildOrder({
    ...{ ...LEG, clientOrderId: id('stop'), role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: 95.05 },
    ...changes,
  });
}

function target(changes: Partial<Order> = {}): Order {
  return buildOrder({
    ...LEG,
    clientOrderId: id('target'),
    role: 'TARGET',
    type: 'LIMIT',
    limitPrice: 110,
    ...changes,
  });
}

const rulesOf = (...planned: readonly Order[]) => rulesOfLegs(planned, () => 0.05);

describe('the legs of one fill', () => {
  it('are one pair; a stop may trade far behind its trigger, a target keeps its price', () => {
    expect(rulesOf(stop(), target())).toMatchObject([
      {
        ...{ kind: 'OCO', clientGttId: id('stop'), side: 'SELL', product: 'DELIVERY', isWithdrawn: false },
        legs: [
          { name: 'STOP_LOSS', clientOrderId: id('stop'), quantity: 10, triggerPrice: 95.05, limitPrice: 90.25 },
          { name: 'TARGET', clientOrderId: id('target'), quantity: 10, triggerPrice: 110, limitPrice: 110 },
        ],
      },
    ]);
  });

  it('are rules of their own when they are alone, of another fill or of other sizes', () => {
    const single = { kind: 'SINGLE' };
    expect(rulesOf(stop())).toMatchObject([{ ...single, legs: [{ name: 'SINGLE' }] }]);
    expect(rulesOf(stop(), target({ ocoGroup: 'fill-2' }))).toMatchObject([single, single]);
    expect(rulesOf(stop(), target({ quantity: 4 }))).toMatchObject([single, single]);
    expect(rulesOf(stop({ ocoGroup: null }), target({ ocoGroup: null }))).toMatchObject([single, single]);
  });

  it('are as many pairs as the exchange’s largest order makes of them', () => {
    const slices = [stop(), stop({ clientOrderId: id('stop2'), quantity: 3 })];
    const targets = [target(), target({ clientOrderId: id('target2'), quantity: 3 })];
    const rules = rulesOf(...slices, ...targets);
    expect(rules.map(({ kind, legs }) => [kind, ...legs.map(({ clientOrderId }) => clientOrderId)])).toEqual([
      ['OCO', id('stop'), id('target')],
      ['OCO', id('stop2'), id('target2')],
    ]);
  });

  it('keep a limit that is farther away, on the side of the order', () => {
    const deep = stop({ type: 'STOP_LIMIT', limitPrice: 80 });
    expect(rulesOf(deep)[0]?.legs[0]).toMatchObject({ limitPrice: 80 });
    const near = stop({ type: 'STOP_LIMIT', limitPrice: 94.6 });
    expect(rulesOf(near)[0]?.legs[0]).toMatchObject({ limitPrice: 90.25 });
    const short = stop({ side: 'BUY', triggerPrice: 105, type: 'STOP_LIMIT', limitPrice: 105.5 });
    expect(rulesOf(short)[0]?.legs[0]).toMatchObject({ triggerPrice: 105, limitPrice: 110.25 });
  });

  it('of a day stay orders, and so does everything that protects nothing', () => {
    expect(rulesOf(stop({ timeInForce: 'DAY' }), buildOrder({ timeInForce: 'GTT' }))).toEqual([]);
  });
});

describe('what a leg says of its order', () => {
  const told = (status: GttStatus, order: Order, isWithdrawn = false) =>
    updateOfLeg({ isWithdrawn }, buildLeg('STOP_LOSS', { status, reason: 'because' }), order)?.status;

  it('is told once, and never what the table does not take', () => {
    for (const status of GTT_STATUSES) {
      for (const before of ORDER_STATUSES) {
        for (const isWithdrawn of [false, true]) {
          const order = stop({ status: before });
          const update = updateOfLeg({ isWithdrawn }, buildLeg('STOP_LOSS', { status }), order);
          if (update === undefined) continue;
          const { order: after, moved } = transition(order, update);
          expect(moved, `${status} of ${before}`).toBe(true);
          expect(updateOfLeg({ isWithdrawn }, buildLeg('STOP_LOSS', { status }), after)).toBeUndefined();
        }
      }
    }
  });

  it('is that it works while it rests, what its order does once it has triggered, and its end', () => {
    expect(told('SUBMITTING', stop())).toBeUndefined();
    expect(told('ACTIVE', stop())).toBe('ACCEPTED');
    expect(told('ACTIVE', stop({ status: 'ACCEPTED' }), true)).toBe('PENDING_CANCEL');
    expect(told('ACTIVE', stop({ status: 'PENDING_CANCEL' })), 'no cancel was refused').toBeUndefined();
    expect(told('TRIGGERED', stop())).toBe('ACCEPTED');
    expect(told('TRIGGERED', stop({ status: 'PENDING_CANCEL' })), 'no cancel was refused').toBeUndefined();
    expect(told('CANCELLED', stop({ status: 'ACCEPTED' }))).toBe('CANCELED');
    expect(told('EXPIRED', stop({ status: 'ACCEPTED' }))).toBe('EXPIRED');
    expect(told('REJECTED', stop())).toBe('REJECTED');
    expect(told('CANCELLED', stop({ status: 'FILLED', filledQuantity: 10 }))).toBeUndefined();
  });
});
