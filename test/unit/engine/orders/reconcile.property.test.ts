import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClientOrderId, InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import { ORDER_SIDES, type Order, PRODUCT_TYPES } from '../../../../src/core/order.ts';
import { isTerminal, ORDER_STATUSES, type OrderStatus } from '../../../../src/core/order-status.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../../src/core/time.ts';
import { type ReconcileInput, reconcile } from '../../../../src/engine/orders/reconcile.ts';
import type { BookedOrder, BrokerPosition, ForeignOrder } from '../../../../src/ports/broker.ts';
import { brokerId, buildOrder } from '../../../support/build-order.ts';
import { applied, fillOf, NOW, row } from './reconcile-bench.ts';

const INSTRUMENTS = ['NSE:RELIANCE' as InstrumentId, 'NSE:INFY' as InstrumentId];
const NAMES = ['B1', 'B2', 'B3'].map((name) => brokerId(name));
const AGES = [0, 5 * SECOND_MS, 31 * SECOND_MS, 20 * MINUTE_MS, DAY_MS, 3 * DAY_MS];
const REPORTED = ['SUBMITTED', 'ACCEPTED', 'PENDING_CANCEL', 'CANCELED', 'REJECTED', 'EXPIRED'] as const;

/** What is filled says how an order may stand. */
function statusOf(status: OrderStatus, filled: number, quantity: number): OrderStatus {
  if (filled === quantity) return 'FILLED';
  const isPossible = filled > 0 ? isTerminal(status) || status === 'PENDING_CANCEL' : status !== 'PARTIALLY_FILLED';
  return isPossible && status !== 'FILLED' ? status : filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED';
}

const booked = fc.record({
  status: fc.constantFrom(...REPORTED),
  name: fc.constantFrom(...NAMES),
  isNamed: fc.boolean(),
  /** By number; the first ones are those that we may know. */
  fills: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  lag: fc.constantFrom(0, 0, 0, 2),
});

const traded = fc
  .record({
    status: fc.constantFrom(...ORDER_STATUSES),
    instrument: fc.constantFrom(...INSTRUMENTS),
    side: fc.constantFrom(...ORDER_SIDES),
    product: fc.constantFrom(...PRODUCT_TYPES),
    timeInForce: fc.constantFrom('DAY' as const, 'DAY' as const, 'IOC' as const, 'GTT' as const),
    strategy: fc.constantFrom('one', 'other'),
    name: fc.constantFrom(null, ...NAMES),
    quantity: fc.integer({ min: 1, max: 12 }),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 5, maxLength: 5 }),
    known: fc.integer({ min: 0, max: 3 }),
    age: fc.constantFrom(...AGES),
    quietFor: fc.constantFrom(...AGES),
    rows: fc.array(booked, { maxLength: 3 }),
    isOurs: fc.boolean(),
  })
  .map((drawn) => (number: number) => {
    const { sizes, quantity } = drawn;
    const createdTime = NOW - drawn.age;
    const base = buildOrder({
      ...{ clientOrderId: `drawn${String(number).padStart(11, '0')}` as ClientOrderId, createdTime, quantity },
      ...{ instrumentId: drawn.instrument, side: drawn.side, product: drawn.product, timeInForce: drawn.timeInForce },
      ...{ strategyId: drawn.strategy as StrategyId, brokerOrderId: drawn.name, sequence: number },
      updatedTime: NOW - Math.min(drawn.quietFor, drawn.age),
    });
    const fill = (at: number) => fillOf(base, sizes[at - 1] ?? 1, at, { time: createdTime + at * SECOND_MS });
    const fills = [];
    let filledQuantity = 0;
    for (let at = 1; at <= drawn.known; at += 1) {
      const each = fill(at);
      if (filledQuantity + each.quantity > quantity) continue;
      filledQuantity += each.quantity;
      fills.push(each);
    }
    const status = statusOf(drawn.status, filledQuantity, quantity);
    const order: Order = { ...base, status, filledQuantity, averagePrice: filledQuantity === 0 ? null : 100 };
    const rows: readonly BookedOrder[] = drawn.rows.map(({ status: there, name, isNamed, fills: at, lag }) => {
      const { update, ...rest } = row(order, there, { name, fills: at.map(fill) });
      return {
        ...rest,
        update: { ...update, brokerOrderId: isNamed ? name : null },
        filledQuantity: rest.filledQuantity + lag,
      };
    });
    return { order, fills, rows, isOurs: drawn.isOurs || number > 1 };
  });

const foreignOrder: fc.Arbitrary<ForeignOrder> = fc.record({
  brokerOrderId: fc.constantFrom(brokerId('H1'), brokerId('H2')),
  instrumentId: fc.constantFrom(null, ...INSTRUMENTS),
  name: fc.constant('NSE SBIN-EQ'),
  product: fc.constantFrom(null, ...PRODUCT_TYPES),
  side: fc.constantFrom(null, ...ORDER_SIDES),
  quantity: fc.integer({ min: 1, max: 9 }),
  filledQuantity: fc.integer({ min: 0, max: 9 }),
  isWorking: fc.boolean(),
});

const brokerPosition: fc.Arbitrary<BrokerPosition> = fc.record({
  instrumentId: fc.constantFrom(null, ...INSTRUMENTS),
  name: fc.constant('NSE SBIN-EQ'),
  product: fc.constantFrom(null, ...PRODUCT_TYPES),
  quantity: fc.integer({ min: -12, max: 12 }),
  averagePrice: fc.constant(100),
});

const held = (quantity: number) => INSTRUMENTS.map((instrumentId) => ({ instrumentId, name: 'NSE INFY', quantity }));

const inputs: fc.Arbitrary<ReconcileInput> = fc
  .record({
    traded: fc.array(traded, { maxLength: 6 }),
    unreadRows: fc.constantFrom(0, 0, 0, 1),
    foreignOrders: fc.array(foreignOrder, { maxLength: 3 }),
    positions: fc.array(brokerPosition, { maxLength: 5 }),
    unreadPositions: fc.constantFrom(0, 0, 1),
    holdings: fc.constantFrom(null, 0, 5),
  })
  .map((drawn) => {
    const each = drawn.traded.map((make, at) => make(at + 1));
    const ours = each.filter(({ isOurs }) => isOurs);
    return {
      orders: ours.map(({ order }) => order),
      fills: ours.flatMap(({ fills }) => fills),
      book: {
        orders: each.flatMap(({ rows }) => rows),
        ...{ unreadRows: drawn.unreadRows, foreignOrders: drawn.foreignOrders },
      },
      positions: { positions: drawn.positions, unreadRows: drawn.unreadPositions },
      holdings: drawn.holdings === null ? null : { holdings: held(drawn.holdings), unreadRows: 0 },
      now: NOW,
    };
  });

it('what it finds is legal, and told once: looking again on what it has brought about finds nothing new', () => {
  const seen = { updates: 0, fills: 0, differences: 0 };
  fc.assert(
    fc.property(inputs, (input) => {
      const first = reconcile(input);
      // Throws where the table or the quantity of an order forbids it.
      const after = applied(input, first);
      const again = reconcile(after);
      expect(again.updates).toEqual([]);
      expect(again.fills).toEqual([]);
      expect(again.differences).toEqual(first.differences);
      expect(again.isConclusive).toBe(first.isConclusive);
      seen.updates += first.updates.length;
      seen.fills += first.fills.length;
      seen.differences += first.differences.length;
    }),
    { numRuns: 2_000 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, `${what} were drawn`).toBeGreaterThan(1_000);
});

it('only fills of the broker change what is held, and no order that ended comes back to work', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const found = reconcile(input);
      const shown = new Set(input.book.orders.flatMap(({ fills }) => fills.map(({ fillId }) => fillId)));
      const known = new Set(input.fills.map(({ fillId }) => fillId));
      for (const { fillId } of found.fills) expect(shown.has(fillId) && !known.has(fillId)).toBe(true);
      expect(new Set(found.fills.map(({ fillId }) => fillId)).size).toBe(found.fills.length);
      const after = applied(input, found);
      for (const [at, { status }] of input.orders.entries()) {
        if (isTerminal(status)) expect(isTerminal(after.orders[at]?.status ?? status)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

it('every difference has a key of its own and says what to do in words', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { differences } = reconcile(input);
      for (const { kind, key, text, level } of differences) {
        expect(key.startsWith(kind)).toBe(true);
        expect(text).toMatch(/\. (?:[A-Z].*)\.$/s);
        expect(text).not.toMatch(/undefined|\bnull\b|NaN/);
        expect(level).toMatch(/^(info|warning|critical)$/);
      }
    }),
    { numRuns: 500 },
  );
});
