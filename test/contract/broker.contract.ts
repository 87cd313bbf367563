/**
 * One suite for every broker, through the `Broker` port alone. A harness opens a broker on a market that the suite moves and
 * says what can go wrong on the way there; cases of faults that it does not name are not declared.
 *
 * What each outcome promises is what the executor builds on: `done` the broker has it, `unknown` nobody knows and the book
 * decides, anything else the broker certainly does not have it.
 */
import { describe, expect, it } from 'vitest';
import type { BrokerOrderId, ClientOrderId } from '../../src/core/ids.ts';
import type { Order, OrderType, ProductType } from '../../src/core/order.ts';
import { OrderExecutor } from '../../src/jobs/order-executor.ts';
import type { BookedOrder, BrokerBook, BrokerPosition, OrderChange } from '../../src/ports/broker.ts';
import type { Outcome } from '../../src/ports/outcome.ts';
import { MemoryLedger } from '../../src/simulation/memory-ledger.ts';
import { buildOrder } from '../support/build-order.ts';
import {
  type BrokerFault,
  type BrokerHarness,
  type BrokerUnderTest,
  FAULTS,
  type TrueOrder,
} from './broker-harness.ts';

type Kind = Outcome<never>['kind'];

const LATE: readonly Kind[] = ['done', 'refused', 'unknown'];
/** What a write may be answered with when it met this. */
const WRITE_KINDS: Readonly<Partial<Record<BrokerFault, readonly Kind[]>>> = {
  throttled: ['throttled', 'unknown'],
  'session-gone': ['session'],
};

export function brokerContract(harness: BrokerHarness): void {
  const { faults } = harness;
  const ways = faults.filter((fault) => fault !== 'book-lag');

  /** To buy ten shares at 1400, which does not happen by itself. */
  const orderOf = ({ share, clock }: BrokerUnderTest, number: number, changes: Partial<Order> = {}): Order =>
    buildOrder({
      ...{ clientOrderId: `contract${String(number).padStart(8, '0')}` as ClientOrderId, sequence: number },
      ...{ instrumentId: share, type: 'LIMIT', limitPrice: 1400, createdTime: clock.now(), ...changes },
    });

  async function placed(test: BrokerUnderTest, number: number, changes: Partial<Order> = {}): Promise<Order> {
    const order = orderOf(test, number, changes);
    const { brokerOrderId } = doneOf(await test.patiently(test.broker.place(order)));
    await test.settle();
    return { ...order, brokerOrderId };
  }

  describe(`${harness.name} keeps the broker's contract`, () => {
    describe('an order', () => {
      const TYPES: readonly (readonly [OrderType, number | null, number | null])[] = [
        ['LIMIT', 0.9, null],
        ['MARKET', null, null],
        ['STOP_LIMIT', 1.08, 1.05],
        ['STOP_MARKET', null, 1.05],
      ];
      const PRODUCTS: readonly (readonly ['share' | 'option', ProductType])[] = [
        ['share', 'INTRADAY'],
        ['share', 'DELIVERY'],
        ['option', 'INTRADAY'],
        ['option', 'CARRY_FORWARD'],
      ];
      it.each(PRODUCTS.flatMap((product) => TYPES.map((type) => [...type, ...product] as const)))(
        'of type %s is taken and found under our id (limit %s, trigger %s times the price; %s, %s)',
        async (type, limit, trigger, what, product) => {
          const test = await harness.open();
          const price = what === 'share' ? 1500 : 100;
          const order = await placed(test, 1, {
            ...{ type, product, instrumentId: test[what], quantity: what === 'share' ? 10 : 75 },
            limitPrice: limit === null ? null : price * limit,
            triggerPrice: trigger === null ? null : price * trigger,
          });
          const { orders, unreadRows } = await bookOf(test);
          expect(unreadRows).toBe(0);
          expect(orders.map(({ update }) => update)).toMatchObject([
            { clientOrderId: order.clientOrderId, brokerOrderId: order.brokerOrderId, status: 'ACCEPTED' },
          ]);
          expect(unitsOf(orders[0]), 'a market order is done by now').toBe(type === 'MARKET' ? order.quantity : 0);
          expect(test.truth().map(({ clientOrderId }) => clientOrderId)).toEqual([order.clientOrderId]);
        },
      );

      it('to sell is one to sell', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, { side: 'SELL', limitPrice: 1600 });
        await test.print(test.share, 1610);
        const booked = await foundIn(test, order);
        expect(booked.fills.map(({ side, instrumentId }) => [side, instrumentId])).toEqual([['SELL', test.share]]);
        expect(booked.fills[0]?.price).toBeGreaterThanOrEqual(1600);
        expectTruth(test, order, 'filled', booked);
      });

      it('is filled at its limit or better, by what the broker has on its books', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485);
        const time = test.clock.now();
        const booked = await foundIn(test, order);
        expect(booked.fills).toMatchObject([{ quantity: 10, side: 'BUY', instrumentId: test.share }]);
        expect(booked.fills[0]?.price).toBeLessThanOrEqual(1490);
        const errorMs = Math.abs((booked.fills[0]?.time ?? 0) - time);
        expect(errorMs, 'seconds are all that brokers tell').toBeLessThan(2_000);
        expectTruth(test, order, 'filled', booked);
      });

      it('is filled in parts, each with an id, a price and a size of its own', async () => {
        const test = await harness.open({ participationPercent: 50 });
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485, 8);
        const some = await foundIn(test, order);
        expect(some.fills.map(({ quantity }) => quantity)).toEqual([4]);
        expect(some).toMatchObject({ filledQuantity: 4, update: { status: 'ACCEPTED' } });
        expectTruth(test, order, 'working', some);
        await test.print(test.share, 1480, 100);
        const all = await foundIn(test, order);
        expect(all.fills.map(({ quantity }) => quantity)).toEqual([4, 6]);
        expect(all.fills[0], 'a fill keeps its id').toEqual(some.fills[0]);
        expect(new Set(all.fills.map(({ fillId }) => fillId)).size).toBe(2);
        expect(all.filledQuantity).toBe(10);
        expectTruth(test, order, 'filled', all);
      });

      it('with a stop waits for its trigger', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, { type: 'STOP_LIMIT', triggerPrice: 1550, limitPrice: 1560 });
        await test.print(test.share, 1545);
        expect((await foundIn(test, order)).fills).toEqual([]);
        await test.print(test.share, 1552);
        await test.print(test.share, 1553);
        const booked = await foundIn(test, order);
        expect(unitsOf(booked)).toBe(10);
        expectTruth(test, order, 'filled', booked);
      });

      it('that is one of several is found among them, each with its own fills', async () => {
        const test = await harness.open();
        const numbers = [1, 2, 3, 4];
        const orders = numbers.map((number) => orderOf(test, number, { limitPrice: 1480 + number * 2 }));
        for (const outcome of await Promise.all(orders.map((order) => test.broker.place(order)))) {
          expect(outcome.kind).toBe('done');
        }
        await test.settle();
        await test.print(test.share, 1485);
        for (const [at, order] of orders.entries()) {
          const booked = await foundIn(test, order);
          expect(unitsOf(booked), `at ${order.limitPrice}`).toBe(at < 2 ? 0 : 10);
          expectTruth(test, order, at < 2 ? 'working' : 'filled', booked);
        }
      });

      it('that the broker does not take is refused with a code and a reason, and is nowhere', async () => {
        const test = await harness.open();
        const outcome = await test.patiently(test.broker.place(orderOf(test, 1, harness.refused)));
        expect(outcome).toMatchObject({ kind: 'refused', code: expect.stringMatching(/^\w+$/) });
        expect(outcome.kind === 'refused' && outcome.reason).toMatch(/\w+ \w+/);
        await test.settle();
        expect((await bookOf(test)).orders).toEqual([]);
        expect(test.truth()).toEqual([]);
      });

      it('that is rejected after it was taken says why', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, harness.rejected);
        const booked = await foundIn(test, order);
        expect(booked).toMatchObject({ fills: [], filledQuantity: 0, update: { status: 'REJECTED' } });
        expect(booked.update.reason).toMatch(/\w+ \w+/);
        expectTruth(test, order, 'rejected', booked);
      });
    });

    describe('a cancel', () => {
      it('ends an order that works', async () => {
        const test = await harness.open();
        const order = await placed(test, 1);
        expect(await test.broker.cancel(order)).toEqual({ kind: 'done', value: null });
        await test.settle();
        const booked = await foundIn(test, order);
        expect(booked.update.status).toBe('CANCELED');
        expectTruth(test, order, 'cancelled', booked);
        await test.print(test.share, 1390);
        expect((await foundIn(test, order)).fills).toEqual([]);
      });

      it('ends a stop order that waits', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, { type: 'STOP_LIMIT', triggerPrice: 1550, limitPrice: 1560 });
        expect((await test.broker.cancel(order)).kind).toBe('done');
        await test.settle();
        expect((await foundIn(test, order)).update.status).toBe('CANCELED');
      });

      it('of an order that was filled in part leaves what was filled', async () => {
        const test = await harness.open({ participationPercent: 50 });
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485, 8);
        expect((await test.broker.cancel(order)).kind).toBe('done');
        await test.settle();
        const booked = await foundIn(test, order);
        expect(booked).toMatchObject({ filledQuantity: 4, update: { status: 'CANCELED' } });
        expectTruth(test, order, 'cancelled', booked);
      });

      it('that comes too late changes nothing', async () => {
        const test = await harness.open();
        const filled = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485);
        const cancelled = await placed(test, 2);
        await test.broker.cancel(cancelled);
        await test.settle();
        for (const [order, status] of [
          [filled, 'filled'],
          [cancelled, 'cancelled'],
        ] as const) {
          const before = await foundIn(test, order);
          expect(LATE).toContain((await test.broker.cancel(order)).kind);
          await test.settle();
          expect(await foundIn(test, order)).toEqual(before);
          expectTruth(test, order, status, before);
        }
      });

      it('of an order that the broker does not know is refused', async () => {
        const test = await harness.open();
        const other = await placed(test, 1);
        const stranger = orderOf(test, 2);
        for (const brokerOrderId of [null, '999999999999999' as BrokerOrderId]) {
          expect((await test.broker.cancel({ ...stranger, brokerOrderId })).kind).toBe('refused');
        }
        await test.settle();
        expectTruth(test, other, 'working', await foundIn(test, other));
      });
    });

    describe('a change', () => {
      async function changed(test: BrokerUnderTest, order: Order, change: OrderChange): Promise<Order> {
        const { brokerOrderId } = doneOf(await test.broker.modify(order, change));
        await test.settle();
        return { ...order, ...change, brokerOrderId };
      }

      it('of the price is the price it is filled at', async () => {
        const test = await harness.open();
        const order = await changed(test, await placed(test, 1), { limitPrice: 1490 });
        await test.print(test.share, 1485);
        const booked = await foundIn(test, order);
        expect(unitsOf(booked)).toBe(10);
        expectTruth(test, order, 'filled', booked);
        expect(test.truth(), 'one order all the time').toHaveLength(1);
      });

      it('away from the market keeps it from being filled', async () => {
        const test = await harness.open();
        const order = await changed(test, await placed(test, 1, { limitPrice: 1490 }), { limitPrice: 1450 });
        await test.print(test.share, 1485);
        expect((await foundIn(test, order)).fills).toEqual([]);
      });

      it.each([15, 5])('of the quantity to %i is the new total', async (quantity) => {
        const test = await harness.open();
        const order = await changed(test, await placed(test, 1, { limitPrice: 1490 }), { quantity });
        await test.print(test.share, 1485);
        const booked = await foundIn(test, order);
        expect(unitsOf(booked)).toBe(quantity);
        expectTruth(test, order, 'filled', booked);
      });

      it('of the quantity counts what is filled already', async () => {
        const test = await harness.open({ participationPercent: 50 });
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485, 8);
        await changed(test, order, { quantity: 7 });
        await test.print(test.share, 1485, 1000);
        const booked = await foundIn(test, order);
        expect(booked.fills.map((fill) => fill.quantity)).toEqual([4, 3]);
        expectTruth(test, order, 'filled', booked);
      });

      it('to no more than is filled already does not happen', async () => {
        const test = await harness.open({ participationPercent: 50 });
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485, 8);
        expect(['done', 'refused']).toContain((await test.broker.modify(order, { quantity: 4 })).kind);
        await test.settle();
        await test.print(test.share, 1485, 1000);
        expect(unitsOf(await foundIn(test, order)), 'it stands as it was').toBe(10);
      });

      it('of the type from limit to market fills it at the next price', async () => {
        const test = await harness.open();
        const order = await changed(test, await placed(test, 1), { type: 'MARKET' });
        await test.print(test.share, 1501);
        const booked = await foundIn(test, order);
        expect(unitsOf(booked)).toBe(10);
        expectTruth(test, order, 'filled', booked);
      });

      it("of a stop's prices moves it", async () => {
        const test = await harness.open();
        const stop = { type: 'STOP_LIMIT', triggerPrice: 1550, limitPrice: 1560 } as const;
        const order = await changed(test, await placed(test, 1, stop), { triggerPrice: 1520, limitPrice: 1530 });
        await test.print(test.share, 1522);
        await test.print(test.share, 1523);
        const booked = await foundIn(test, order);
        expect(unitsOf(booked)).toBe(10);
        expectTruth(test, order, 'filled', booked);
      });

      it('between a stop order and another kind is refused, and the order stands', async () => {
        const test = await harness.open();
        const stop = await placed(test, 1, { type: 'STOP_LIMIT', triggerPrice: 1550, limitPrice: 1560 });
        const limit = await placed(test, 2);
        expect((await test.broker.modify(stop, { type: 'LIMIT' })).kind).toBe('refused');
        expect((await test.broker.modify(limit, { type: 'STOP_LIMIT', triggerPrice: 1300 })).kind).toBe('refused');
        await test.settle();
        for (const order of [stop, limit]) expectTruth(test, order, 'working', await foundIn(test, order));
      });

      it('that comes too late changes nothing', async () => {
        const test = await harness.open();
        const order = await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485);
        const before = await foundIn(test, order);
        expect(LATE).toContain((await test.broker.modify(order, { quantity: 20, limitPrice: 1495 })).kind);
        await test.settle();
        await test.print(test.share, 1480);
        expect(await foundIn(test, order)).toEqual(before);
        expectTruth(test, order, 'filled', before);
      });

      it('of an order that the broker does not know is refused', async () => {
        const test = await harness.open();
        for (const brokerOrderId of [null, '999999999999999' as BrokerOrderId]) {
          const stranger = { ...orderOf(test, 2), brokerOrderId };
          expect((await test.patiently(test.broker.modify(stranger, { limitPrice: 1410 }))).kind).toBe('refused');
        }
        expect(test.truth()).toEqual([]);
      });
    });

    describe('the positions', () => {
      it('are none before anything is filled', async () => {
        const test = await harness.open();
        await placed(test, 1);
        expect((await positionsOf(test)).filter(({ quantity }) => quantity !== 0)).toEqual([]);
      });

      it('are what the fills add up to, by instrument and product, signed', async () => {
        const test = await harness.open();
        const option = { instrumentId: test.option, quantity: 75 } as const;
        await placed(test, 1, { limitPrice: 1490 });
        await placed(test, 2, { limitPrice: 1488, quantity: 5 });
        await placed(test, 3, { limitPrice: 1490, product: 'DELIVERY', quantity: 7 });
        await placed(test, 4, { ...option, type: 'MARKET', limitPrice: null, side: 'SELL', product: 'CARRY_FORWARD' });
        await test.print(test.share, 1485);
        const net = await positionsOf(test);
        expect(
          new Map(net.map(({ instrumentId, product, quantity }) => [`${instrumentId} ${product}`, quantity])),
        ).toEqual(
          new Map([
            [`${test.share} INTRADAY`, 15],
            [`${test.share} DELIVERY`, 7],
            [`${test.option} CARRY_FORWARD`, -75],
          ]),
        );
        const { orders } = await bookOf(test);
        const bought = orders.flatMap(({ update, fills }) =>
          update.clientOrderId === orderOf(test, 3).clientOrderId ? fills : [],
        );
        const mean = bought.reduce((sum, { price, quantity }) => sum + price * quantity, 0) / 7;
        expect(net.find(({ product }) => product === 'DELIVERY')?.averagePrice).toBeCloseTo(mean, 2);
      });

      it('delivered are no holdings on the same day', async () => {
        const test = await harness.open();
        await placed(test, 1, { limitPrice: 1490, product: 'DELIVERY' });
        await test.print(test.share, 1485);
        expect(doneOf(await test.patiently(test.broker.holdings()))).toEqual({ holdings: [], unreadRows: 0 });
      });

      it('that were closed are flat', async () => {
        const test = await harness.open();
        await placed(test, 1, { limitPrice: 1490 });
        await test.print(test.share, 1485);
        await placed(test, 2, { type: 'MARKET', limitPrice: null, side: 'SELL', quantity: 4 });
        expect(await positionsOf(test)).toMatchObject([{ instrumentId: test.share, product: 'INTRADAY', quantity: 6 }]);
        await placed(test, 3, { type: 'MARKET', limitPrice: null, side: 'SELL', quantity: 6 });
        for (const { quantity, averagePrice } of await positionsOf(test))
          expect([quantity, averagePrice]).toEqual([0, 0]);
      });
    });

    if (ways.length > 0) {
      describe('a call that meets', () => {
        it.each(ways)(
          '%s while it places is sent once and told as what it is; the book tells the rest',
          async (fault) => {
            const test = await harness.open();
            await bookOf(test);
            test.strike(fault, 'place');
            const order = orderOf(test, 1);
            const outcome = await test.broker.place(order);
            expect(WRITE_KINDS[fault] ?? ['unknown']).toContain(outcome.kind);
            expect(test.calls('place'), 'no adapter sends an order again by itself').toBe(1);
            if (outcome.kind === 'throttled') expect(outcome.retryAfterMs).toBeGreaterThan(0);
            await test.settle();
            const there = FAULTS[fault].isCarriedOut ? [order.clientOrderId] : [];
            expect(test.truth().map(({ clientOrderId }) => clientOrderId)).toEqual(there);
            const { orders, unreadRows } = await bookOf(test);
            expect(orders.map(({ update }) => update.clientOrderId)).toEqual(there);
            expect(unreadRows, 'what is not there is provably not there').toBe(0);
          },
        );

        it.each(ways)('%s while it places ends with one order, whoever carries it out', async (fault) => {
          const test = await harness.open();
          await bookOf(test);
          const order = orderOf(test, 1);
          const ledger = new MemoryLedger();
          ledger.recordNow([{ type: 'orderPlanned', order }]);
          const { broker, clock } = test;
          const executor = new OrderExecutor({ broker, ledger, clock, onUpdate: () => {}, onFill: () => {} });
          test.strike(fault, 'place');
          const running = new AbortController().signal;
          for (let run = 0; run < 5; run += 1) {
            const result = await test.patiently(executor.place(order.clientOrderId, running));
            if (result.kind === 'done') break;
            // The queue waits before it runs a job again.
            await test.settle();
          }
          await test.settle();
          expect(test.truth().map(({ clientOrderId }) => clientOrderId)).toEqual([order.clientOrderId]);
          const booked = await foundIn(test, order);
          expect((await ledger.order(order.clientOrderId))?.brokerOrderId).toBe(booked.update.brokerOrderId);
        });

        it.each(ways)('%s while it cancels is sent once, and may be sent again', async (fault) => {
          const test = await harness.open();
          const order = await placed(test, 1);
          test.strike(fault, 'cancel');
          const outcome = await test.broker.cancel(order);
          expect(WRITE_KINDS[fault] ?? ['unknown']).toContain(outcome.kind);
          expect(test.calls('cancel')).toBe(1);
          await test.settle();
          const booked = await foundIn(test, order);
          expect(booked.update.status).toBe(FAULTS[fault].isCarriedOut ? 'CANCELED' : 'ACCEPTED');
          await test.patiently(test.broker.cancel(order));
          await test.settle();
          const ended = await foundIn(test, order);
          expect(ended.update.status).toBe('CANCELED');
          expectTruth(test, order, 'cancelled', ended);
        });

        it.each(ways)('%s while it cancels ends with no order at work, whoever carries it out', async (fault) => {
          const test = await harness.open();
          const { broker, clock } = test;
          const order = orderOf(test, 1);
          const ledger = new MemoryLedger();
          ledger.recordNow([{ type: 'orderPlanned', order }]);
          const executor = new OrderExecutor({ broker, ledger, clock, onUpdate: () => {}, onFill: () => {} });
          const running = new AbortController().signal;
          expect(await test.patiently(executor.place(order.clientOrderId, running))).toEqual({ kind: 'done' });
          await test.settle();
          test.strike(fault, 'cancel');
          for (let run = 0; run < 5; run += 1) {
            const result = await test.patiently(executor.cancel(order.clientOrderId, running));
            await test.settle();
            if (result.kind === 'done') break;
          }
          const booked = await foundIn(test, order);
          expect(booked.update.status).toBe('CANCELED');
          expectTruth(test, order, 'cancelled', booked);
        });

        it.each(ways)('%s while it changes an order is sent once, and may be sent again', async (fault) => {
          const test = await harness.open();
          const order = await placed(test, 1);
          test.strike(fault, 'modify');
          const outcome = await test.broker.modify(order, { quantity: 12 });
          expect(WRITE_KINDS[fault] ?? ['unknown']).toContain(outcome.kind);
          expect(test.calls('modify')).toBe(1);
          await test.settle();
          const again = await test.patiently(test.broker.modify(order, { quantity: 12, limitPrice: 1490 }));
          expect(again.kind).toBe('done');
          await test.settle();
          await test.print(test.share, 1485);
          const booked = await foundIn(test, order);
          expect(unitsOf(booked)).toBe(12);
          expectTruth(test, order, 'filled', booked);
          expect(test.truth()).toHaveLength(1);
        });

        it.each(ways.flatMap((fault) => (['orders', 'fills'] as const).map((on) => [fault, on] as const)))(
          '%s while it reads %s never calls an order absent',
          async (fault, on) => {
            const test = await harness.open();
            const order = await placed(test, 1);
            test.strike(fault, on);
            const outcome = await test.patiently(test.broker.orders());
            if (fault === 'session-gone') {
              const found = doneOf(outcome).orders.map(({ update }) => update.clientOrderId);
              expect(found, 'a read is asked again with a new session').toEqual([order.clientOrderId]);
            } else if (fault !== 'answer-lost') {
              expect(['done', 'refused']).not.toContain(outcome.kind);
            }
            if (fault === 'throttled') expect(outcome).toMatchObject({ retryAfterMs: expect.any(Number) });
            if (outcome.kind === 'throttled') expect(outcome.retryAfterMs).toBeGreaterThan(0);
            await foundIn(test, order);
          },
        );
      });
    }

    if (faults.includes('book-lag')) {
      it('a book that lags shows an order late, and then whole', async () => {
        const test = await harness.open();
        await bookOf(test);
        const order = orderOf(test, 1);
        doneOf(await test.broker.place(order));
        test.strike('book-lag', 'orders');
        // Not patiently: time would end the lag.
        expect(doneOf(await test.broker.orders()).orders).toEqual([]);
        await test.settle();
        expectTruth(test, order, 'working', await foundIn(test, order));
      });

      it.each(['orders', 'fills'] as const)('a book whose %s lag says no more than fills prove', async (on) => {
        const test = await harness.open();
        const order = await placed(test, 1, { limitPrice: 1490 });
        // Long enough for every book to have shown the order.
        await test.patiently(test.clock.sleepUntil(test.clock.now() + 20_000));
        await test.print(test.share, 1485);
        test.strike('book-lag', on);
        const [lagging] = doneOf(await test.broker.orders()).orders;
        expect(lagging?.update.status).toBe('ACCEPTED');
        expect(lagging?.filledQuantity, 'it is told that there is more').toBe(10);
        expect(unitsOf(lagging)).toBe(on === 'orders' ? 10 : 0);
        expectTruth(test, order, 'filled', await foundIn(test, order));
      });
    }
  });
}

function doneOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'done') throw new Error(`Expected an answer, found ${JSON.stringify(outcome)}`);
  return outcome.value;
}

async function bookOf(test: BrokerUnderTest): Promise<BrokerBook> {
  return doneOf(await test.patiently(test.broker.orders()));
}

async function positionsOf(test: BrokerUnderTest): Promise<readonly BrokerPosition[]> {
  const { positions, unreadRows } = doneOf(await test.patiently(test.broker.positions()));
  expect(unreadRows).toBe(0);
  return positions;
}

/** The one row of the order. */
async function foundIn(test: BrokerUnderTest, order: Order): Promise<BookedOrder> {
  const rows = (await bookOf(test)).orders.filter(({ update }) => update.clientOrderId === order.clientOrderId);
  const [booked] = rows;
  if (booked === undefined || rows.length > 1) throw new Error(`Expected one row of the order, found ${rows.length}`);
  return booked;
}

function unitsOf(booked: BookedOrder | undefined): number {
  return booked?.fills.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
}

/** The broker's own ledger says the same of the order, fill by fill. */
function expectTruth(test: BrokerUnderTest, order: Order, status: TrueOrder['status'], booked: BookedOrder): void {
  const there = test.truth().filter(({ clientOrderId }) => clientOrderId === order.clientOrderId);
  expect(there.map((each) => each.status)).toEqual([status]);
  const fills = there.flatMap((each) => each.fills);
  expect(booked.fills.map(({ quantity, price }) => [quantity, price])).toEqual(
    fills.map(({ quantity, price }) => [quantity, price]),
  );
  for (const [at, { fillId }] of booked.fills.entries()) expect(fillId).toContain(fills[at]?.fillId);
}
