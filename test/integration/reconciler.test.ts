import { generateSync } from 'otplib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/core/alert.ts';
import type { ClientOrderId, InstrumentId, SignalKey } from '../../src/core/ids.ts';
import type { Order } from '../../src/core/order.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { PostgresDifferences } from '../../src/db/postgres-differences.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import type { Effect } from '../../src/ports/engine-event.ts';
import { type ReconcileReason, type ReconcileReport, Reconciler } from '../../src/worker/reconciler.ts';
import { doneOf, openTestAdapter, type TestAdapter } from '../support/angel-one-adapter.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { CALL, INFY, idsOf, MORNING, orderOf } from '../support/angel-one-simulator.ts';
import { buildOrder, buildSignal } from '../support/build-order.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
beforeEach(() => opened.database.sql`truncate differences, orders, positions, signals cascade`);
afterAll(() => opened.close());

interface Desk extends TestAdapter {
  readonly ledger: PostgresLedger;
  readonly alerts: Alert[];
  look(reason?: ReconcileReason): Promise<ReconcileReport>;
  /** Plans the order and hands it to the broker, as the executor does. */
  send(changes: Partial<Order>): Promise<Order>;
  /** The account's owner, in the broker's app. */
  byHand(changes: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A worker's books in Postgres and an account at the simulated broker. */
async function openDesk(): Promise<Desk> {
  const adapter = await openTestAdapter();
  const { broker, market, patiently, client, settle } = adapter;
  await market.print(market.listing(CALL.id), 100);
  const ledger = new PostgresLedger(opened.database, 'live');
  const alerts: Alert[] = [];
  let effects: Effect[] = [];
  let sequence = 0;
  const reconciler = new Reconciler({
    ...{ broker, clock: market.clock, signal: new AbortController().signal },
    readRecord: () => ledger.session(),
    differences: new PostgresDifferences(opened.database),
    listener: {
      onUpdate: (update) =>
        effects.push({ type: 'orderChanged', order: orders.get(update.clientOrderId) ?? WANTED, update }),
      onFill: (fill) => {
        sequence += 1;
        const order = orders.get(fill.clientOrderId) ?? WANTED;
        const booked = { ...fill, sequence: 1_000 + sequence, chargesPaise: 0 };
        const { strategyId, instrumentId, product } = order;
        const units = fill.side === 'BUY' ? fill.quantity : -fill.quantity;
        const held = { strategyId, instrumentId, product, quantity: units, averagePrice: fill.price };
        const position = { ...held, openedTime: fill.time, realisedPaise: 0, chargesPaise: 0 };
        effects.push({ type: 'fillBooked', fill: booked, order, position });
      },
    },
    onAlert: (alert) => void alerts.push(alert),
  });
  const orders = new Map<ClientOrderId, Order>();
  return {
    ...{ ...adapter, ledger, alerts },
    async look(reason = 'periodic') {
      const report = doneOf(await patiently(reconciler.reconcile(reason)));
      // What it has told is booked, as the engine does.
      await ledger.record(effects);
      effects = [];
      return report;
    },
    async send(changes) {
      sequence += 1;
      const key = `test|${sequence}` as SignalKey;
      const order: Order = { ...WANTED, sequence, signalKey: key, createdTime: market.clock.now(), ...changes };
      const planned = { ...order, notBefore: order.createdTime, updatedTime: order.createdTime };
      orders.set(order.clientOrderId, planned);
      const signal = buildSignal({ key, instrumentId: order.instrumentId });
      await ledger.record([
        { type: 'signalDecided', signal },
        { type: 'orderPlanned', order: planned },
      ]);
      const { clientOrderId } = order;
      const base = { clientOrderId, brokerOrderId: null, reason: null, time: planned.createdTime };
      await ledger.move({ ...base, status: 'SUBMITTING' });
      const { brokerOrderId } = doneOf(await patiently(broker.place(planned)));
      await ledger.move({ ...base, status: 'SUBMITTED', brokerOrderId });
      await settle();
      return { ...planned, brokerOrderId };
    },
    async byHand(changes) {
      if (client.jwt === '') {
        await client.login(generateSync({ secret: TEST_ACCOUNT.totpSecret, epoch: market.clock.now() / 1_000 }));
      }
      const reply = await client.post('order/v1/placeOrder', orderOf(adapter.infy, { ordertag: '', ...changes }));
      await settle();
      return idsOf(reply.data).orderid;
    },
  };
}

const WANTED = buildOrder({
  ...{ clientOrderId: 'b7k2m9q4x1c8v5n3' as ClientOrderId, instrumentId: INFY.id, createdTime: MORNING },
  ...{ type: 'LIMIT', limitPrice: 1490 },
});
const NOTHING = { updates: 0, fills: 0, differences: [], fresh: 0, isConclusive: true };

describe('the worker’s books against the broker’s', () => {
  it('agree while all goes well', async () => {
    const desk = await openDesk();
    await desk.send({});
    expect(await desk.look('start')).toMatchObject({ updates: 1, fills: 0, differences: [] });
    expect(await desk.ledger.order(WANTED.clientOrderId)).toMatchObject({ status: 'ACCEPTED' });
    expect(await desk.look()).toMatchObject(NOTHING);
  });

  it('take in what was filled and what ended while the worker was away', async () => {
    const desk = await openDesk();
    const other = 'c7k2m9q4x1c8v5n3' as ClientOrderId;
    await desk.send({});
    const cancelled = await desk.send({ clientOrderId: other, limitPrice: 1400 });
    await desk.market.print(desk.infy, 1485);
    doneOf(await desk.broker.cancel(cancelled));
    await desk.settle();
    expect(await desk.look('start')).toMatchObject({ fills: 1, differences: [], isConclusive: true });
    expect(await desk.ledger.order(WANTED.clientOrderId)).toMatchObject({ status: 'FILLED', filledQuantity: 10 });
    expect(await desk.ledger.order(other)).toMatchObject({ status: 'CANCELED' });
    expect(desk.simulator.ledger.fills).toHaveLength(1);
    expect(await desk.look('reconnect')).toMatchObject(NOTHING);
    expect(desk.alerts).toEqual([]);
  });

  it('list what was made by hand, once, and touch none of it', async () => {
    const desk = await openDesk();
    await desk.send({});
    await desk.market.print(desk.infy, 1485);
    const bought = await desk.byHand({ price: '1510', quantity: '5' });
    const working = await desk.byHand({ price: '1400', quantity: '3' });
    await desk.market.print(desk.infy, 1485);
    await desk.settle();
    const report = await desk.look();
    expect(report.differences.map(({ kind, orders, numbers }) => [kind, orders, numbers])).toEqual([
      ['HAND_MADE_ORDER', [bought], { quantity: 5, filled: 5 }],
      ['HAND_MADE_ORDER', [working], { quantity: 3, filled: 0 }],
      ['HAND_MADE_POSITION', [bought], { ours: 10, theirs: 15, byHand: 5, stray: 0 }],
    ]);
    expect(desk.alerts.map(({ level }) => level)).toEqual(['info', 'info', 'warning']);
    expect(desk.alerts[2]?.text).toContain("of the broker's 15 units 10 are our strategies'");
    expect(await desk.look()).toMatchObject({ updates: 0, fills: 0, fresh: 0 });
    expect(desk.alerts).toHaveLength(3);
    expect(desk.simulator.ledger.orders.find(({ orderId }) => orderId === working)?.status).toBe('open');
    // Sold again by hand: their order is still listed as one that has traded, their units are gone.
    await desk.byHand({ price: '1400', quantity: '5', transactiontype: 'SELL' });
    await desk.market.print(desk.infy, 1485);
    await desk.settle();
    const kinds = (await desk.look()).differences.map(({ kind }) => kind);
    expect(kinds).toEqual(['HAND_MADE_ORDER', 'HAND_MADE_ORDER', 'HAND_MADE_ORDER']);
  });

  it('say what a squareoff would do when a strategy’s position was closed by hand', async () => {
    const desk = await openDesk();
    await desk.send({});
    await desk.market.print(desk.infy, 1485);
    await desk.byHand({ price: '1400', quantity: '10', transactiontype: 'SELL' });
    await desk.market.print(desk.infy, 1485);
    await desk.settle();
    const { differences } = await desk.look();
    expect(differences.at(-1)).toMatchObject({
      kind: 'HAND_MADE_POSITION',
      level: 'warning',
      numbers: { ours: 10, theirs: 0 },
    });
    expect(differences.at(-1)?.text).toContain('would open one the other way');
  });

  it('end an order of yesterday that is in no book any more', async () => {
    const desk = await openDesk();
    await desk.send({ timeInForce: 'DAY' });
    await desk.look();
    await desk.market.reach(MORNING + DAY_MS);
    expect(await desk.look('start')).toMatchObject({ updates: 1, fills: 0, differences: [] });
    expect(await desk.ledger.order(WANTED.clientOrderId)).toMatchObject({
      ...{ status: 'EXPIRED', filledQuantity: 0 },
      statusReason: expect.stringContaining('an order for the day ends with its day, 2026-11-17'),
    });
    expect(await desk.look()).toMatchObject(NOTHING);
  });

  it('carry a position over the night, and miss it when it is not there', async () => {
    const desk = await openDesk();
    const terms = {
      instrumentId: CALL.id,
      product: 'CARRY_FORWARD',
      quantity: 75,
      type: 'MARKET',
      limitPrice: null,
    } as const;
    await desk.send(terms);
    await desk.market.print(desk.market.listing(CALL.id), 101);
    await desk.look();
    expect((await desk.ledger.session()).fills).toMatchObject([{ quantity: 75 }]);
    await desk.market.reach(MORNING + DAY_MS);
    expect(await desk.look('start')).toMatchObject(NOTHING);
    await desk.byHand({ ...wireOf(desk, CALL.id), transactiontype: 'SELL', quantity: '75', price: '99' });
    await desk.market.print(desk.market.listing(CALL.id), 101);
    await desk.settle();
    expect((await desk.look()).differences.map(({ kind }) => kind)).toEqual(['HAND_MADE_ORDER', 'HAND_MADE_POSITION']);
    // A day later the broker's books no longer tell who has sold.
    await desk.market.reach(MORNING + 2 * DAY_MS);
    const { differences } = await desk.look('start');
    expect(differences).toMatchObject([
      { kind: 'POSITION_DIFFERS', level: 'critical', numbers: { ours: 75, theirs: 0 } },
    ]);
  });

  it('find what was delivered among the holdings', async () => {
    const desk = await openDesk();
    await desk.send({ product: 'DELIVERY' });
    await desk.market.print(desk.infy, 1485);
    expect(await desk.look()).toMatchObject({ fills: 1, differences: [] });
    await desk.market.reach(MORNING + DAY_MS);
    expect(await desk.look('start')).toMatchObject(NOTHING);
    const calls = () => Object.values(desk.simulator.ledger.report().calls.holdings ?? {}).reduce((a, b) => a + b, 0);
    expect(calls()).toBe(1);
    const exit = { clientOrderId: 'c7k2m9q4x1c8v5n3' as ClientOrderId, side: 'SELL', limitPrice: 1400 } as const;
    await desk.send({ ...exit, product: 'DELIVERY', quantity: 4 });
    await desk.market.print(desk.infy, 1485);
    expect(await desk.look()).toMatchObject({ fills: 1, differences: [] });
    await desk.market.reach(MORNING + 2 * DAY_MS);
    expect(await desk.look('start')).toMatchObject(NOTHING);
  });

  it('conclude nothing when the broker does not answer, and tell all when it does again', async () => {
    const desk = await openDesk();
    await desk.send({});
    await desk.market.print(desk.infy, 1485);
    desk.simulator.arm({ kind: 'throttle', on: ['positions'], count: 1 });
    await expect(desk.look('unknown')).rejects.toThrow('"throttled"');
    expect(await desk.look('unknown')).toMatchObject({ fills: 1, differences: [] });
  });
});

function wireOf({ market }: TestAdapter, id: InstrumentId) {
  const { tradingSymbol, token, segment } = market.listing(id);
  return { tradingsymbol: tradingSymbol, symboltoken: token, exchange: segment, producttype: 'CARRYFORWARD' };
}
