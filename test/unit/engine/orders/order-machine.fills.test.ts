import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/core/errors.ts';
import type { Fill } from '../../../../src/core/fill.ts';
import type { Order, OrderUpdate } from '../../../../src/core/order.ts';
import { isTerminal, type OrderStatus } from '../../../../src/core/order-status.ts';
import { OrderBook } from '../../../../src/engine/orders/order-book.ts';
import { applyFill, transition } from '../../../../src/engine/orders/order-machine.ts';
import { buildFill, buildOrder, buildUpdate } from '../../../support/build-order.ts';

describe('a fill', () => {
  it('of a part leaves the order working', () => {
    const order = buildOrder({ status: 'ACCEPTED' });
    expect(applyFill(order, buildFill(order, { quantity: 4, price: 101.5, time: order.createdTime + 9 }))).toEqual({
      ...order,
      status: 'PARTIALLY_FILLED',
      filledQuantity: 4,
      averagePrice: 101.5,
      updatedTime: order.createdTime + 9,
    });
  });

  it('of the last part completes the order at the mean price', () => {
    const order = buildOrder({ status: 'ACCEPTED' });
    const part = applyFill(order, buildFill(order, { quantity: 4, price: 101 }));
    const whole = applyFill(part, buildFill(order, { quantity: 6, price: 103.5 }));
    expect(whole).toMatchObject({ status: 'FILLED', filledQuantity: 10, averagePrice: 102.5 });
  });

  it.each<OrderStatus>([
    'INITIALIZED',
    'SUBMITTING',
    'SUBMITTED',
    'UNKNOWN',
    'PENDING_CANCEL',
    'CANCELED',
    'EXPIRED',
    'REJECTED',
  ])('of everything completes an order believed %s', (status) => {
    const order = buildOrder({ status });
    expect(applyFill(order, buildFill(order)).status).toBe('FILLED');
  });

  it.each<OrderStatus>(['INITIALIZED', 'SUBMITTING', 'SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'PARTIALLY_FILLED'])(
    'of a part shows that an order believed %s works',
    (status) => {
      const order = buildOrder({ status });
      expect(applyFill(order, buildFill(order, { quantity: 1 })).status).toBe('PARTIALLY_FILLED');
    },
  );

  it.each<OrderStatus>(['CANCELED', 'EXPIRED', 'REJECTED', 'PENDING_CANCEL'])(
    'of a part after %s is booked and does not bring the order back to work',
    (status) => {
      const order = buildOrder({ status });
      const after = applyFill(order, buildFill(order, { quantity: 3, price: 99 }));
      expect(after).toMatchObject({ status, filledQuantity: 3, averagePrice: 99 });
    },
  );

  it('of more than was ordered is an invariant error that says how much', () => {
    const order = buildOrder({ status: 'PARTIALLY_FILLED', filledQuantity: 7, averagePrice: 100 });
    expect(() => applyFill(order, buildFill(order, { quantity: 4 }))).toThrow(InvariantError);
    expect(() => applyFill(order, buildFill(order, { quantity: 4 }))).toThrow(/11 of 10 units/);
  });

  it.each([0, -3, Number.NaN])('of %s units is an invariant error', (quantity) => {
    const order = buildOrder({ status: 'ACCEPTED' });
    expect(() => applyFill(order, buildFill(order, { quantity }))).toThrow(InvariantError);
  });

  it('of many small parts keeps the mean price', () => {
    const prices = fc.array(fc.integer({ min: 1, max: 2_000_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(prices, (ticks) => {
        let order = buildOrder({ status: 'ACCEPTED', quantity: ticks.length });
        for (const each of ticks) order = applyFill(order, buildFill(order, { quantity: 1, price: each / 20 }));
        const mean = ticks.reduce((sum, each) => sum + each / 20, 0) / ticks.length;
        expect(Math.abs((order.averagePrice ?? 0) - mean)).toBeLessThan(0.000_051 * ticks.length);
      }),
    );
  });
});

interface Report {
  readonly kind: 'status' | 'fill' | 'repeat';
  readonly status: OrderUpdate['status'];
  readonly units: number;
  readonly pick: number;
}

const reports: fc.Arbitrary<readonly Report[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('status', 'fill', 'fill', 'repeat'),
    status: fc.constantFrom<OrderUpdate['status']>(
      'SUBMITTING',
      'SUBMITTED',
      'ACCEPTED',
      'PENDING_CANCEL',
      'CANCELED',
      'EXPIRED',
      'UNKNOWN',
    ),
    units: fc.integer({ min: 1, max: 6 }),
    pick: fc.nat(),
  }),
  { maxLength: 40 },
);

describe('whatever order reports come in, and however often', () => {
  it('no unit is lost and none is counted twice', () => {
    fc.assert(
      fc.property(reports, (sequence) => {
        const { order, fills } = live(sequence);
        const units = fills.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(order.filledQuantity).toBe(units);
        expect(order.status === 'FILLED').toBe(units === order.quantity);
        if (units === 0) return;
        const turnover = fills.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
        expect(order.averagePrice).toBeCloseTo(turnover / units, 2);
      }),
      { numRuns: 500 },
    );
  });

  it('an order that has ended never works again', () => {
    fc.assert(
      fc.property(reports, (sequence) => {
        let hasEnded = false;
        live(sequence, ({ status }) => {
          if (hasEnded) expect(isTerminal(status)).toBe(true);
          hasEnded ||= isTerminal(status);
        });
      }),
      { numRuns: 500 },
    );
  });
});

/** Sends the reports to one order of 20 units, as the order desk does: a fill id is taken once. */
function live(sequence: readonly Report[], look: (order: Order) => void = () => {}): { order: Order; fills: Fill[] } {
  const book = new OrderBook();
  const fills: Fill[] = [];
  let order = buildOrder({ quantity: 20 });
  book.add(order);
  for (const { kind, status, units, pick } of sequence) {
    if (kind === 'status') {
      order = transition(order, buildUpdate(order, status)).order;
    } else if (kind === 'fill') {
      const quantity = Math.min(units, order.quantity - order.filledQuantity);
      if (quantity === 0) continue;
      const fill = buildFill(order, { fillId: `fill-${fills.length}`, quantity, price: 90 + units });
      fills.push(fill);
      order = take(book, order, fill);
    } else if (fills.length > 0) {
      order = take(book, order, fills[pick % fills.length] as Fill);
    }
    book.put(order);
    look(order);
  }
  return { order, fills };
}

function take(book: OrderBook, order: Order, fill: Fill): Order {
  if (book.fillIds.has(fill.fillId)) return order;
  book.fillIds.add(fill.fillId);
  return applyFill(order, fill);
}
