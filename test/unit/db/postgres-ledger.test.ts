import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BookedFill } from '../../../src/core/fill.ts';
import type { BrokerOrderId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import { PostgresLedger } from '../../../src/db/postgres-ledger.ts';
import type { Effect } from '../../../src/ports/engine-event.ts';
import { stories } from '../../contract/ledger.arbitraries.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

let opened: TestDatabase;
let ledger: PostgresLedger;
beforeAll(async () => {
  opened = await testDatabase();
  ledger = new PostgresLedger(opened.database, 'live');
});
afterAll(() => opened.close());

/** A planned order of 40 units, recorded. */
async function plannedOrder(seed: number): Promise<Order> {
  const isUsable = (effects: readonly Effect[]) => effects.some(({ type }) => type === 'orderPlanned');
  const [story] = fc.sample(
    stories.filter(({ effects }) => isUsable(effects)),
    { numRuns: 1, seed },
  );
  const planned = story?.effects.find((effect) => effect.type === 'orderPlanned');
  if (!planned) throw new Error('Expected a story with an order');
  const order: Order = { ...planned.order, quantity: 40 };
  const decided = story?.effects.filter(({ type }) => type === 'signalDecided') ?? [];
  await ledger.record([...decided, { type: 'orderPlanned', order }]);
  return order;
}

function booked(order: Order, index: number): Effect {
  const { clientOrderId, instrumentId, side, strategyId, product, createdTime: time } = order;
  const fill: BookedFill = {
    ...{ fillId: `${clientOrderId}/${index}`, clientOrderId, instrumentId, side },
    ...{ quantity: 2, price: 100 + index / 20, time: time + index, chargesPaise: 5, sequence: index + 1 },
  };
  const held = { quantity: 2, averagePrice: 100, openedTime: time, realisedPaise: 0, chargesPaise: 5 };
  return { type: 'fillBooked', fill, order, position: { strategyId, instrumentId, product, ...held } };
}

describe('PostgresLedger', () => {
  test('counts every fill of one order once, though they arrive together and twice', async () => {
    const order = await plannedOrder(1);
    const fills = Array.from({ length: 20 }, (_, index) => booked(order, index));
    await Promise.all([...fills, ...fills].map((effect) => ledger.record([effect])));
    expect(await ledger.order(order.clientOrderId)).toMatchObject({ status: 'FILLED', filledQuantity: 40 });
  });

  test('takes one report once, though executor and engine bring it together', async () => {
    const order = await plannedOrder(2);
    const brokerOrderId = 'B-1' as BrokerOrderId;
    const { clientOrderId, createdTime: time } = order;
    const update = { clientOrderId, status: 'SUBMITTED', brokerOrderId, reason: null, time } as const;
    const results = await Promise.all([
      ...Array.from({ length: 5 }, () => ledger.move(update)),
      ...Array.from({ length: 5 }, async () => void (await ledger.record([{ type: 'orderChanged', order, update }]))),
    ]);
    expect(results.filter((result) => result?.moved).length).toBeLessThanOrEqual(1);
    const events = await opened.database.sql`
      select status, moved from order_events where client_order_id = ${clientOrderId}`;
    expect(events).toEqual([{ status: 'SUBMITTED', moved: true }]);
  });

  test('locks orders in one order, so that transactions over the same ones never wait in a ring', async () => {
    const orders = await Promise.all(Array.from({ length: 12 }, (_, index) => plannedOrder(100 + index)));
    const rounds = Array.from({ length: 20 }, (_, index) => {
      const effects = orders.map((order) => booked(order, index));
      return ledger.record(index % 2 === 0 ? effects : effects.reverse());
    });
    await Promise.all(rounds);
    for (const { clientOrderId } of orders) {
      expect(await ledger.order(clientOrderId)).toMatchObject({ filledQuantity: 40 });
    }
  });

  test('leaves nothing of a transaction that failed', async () => {
    const order = await plannedOrder(5);
    const { clientOrderId, createdTime: time } = order;
    const expired = { clientOrderId, status: 'EXPIRED', brokerOrderId: null, reason: null, time } as const;
    await ledger.move(expired);
    const illegal = { ...expired, status: 'REJECTED' } as const;
    const alert = { key: 'told', kind: 'order', level: 'info', text: 'x', time } as const;
    const effects: Effect[] = [booked(order, 1), { type: 'alertRaised', alert }];
    const failing = ledger.record([...effects, { type: 'orderChanged', order, update: illegal }]);
    await expect(failing).rejects.toThrow(/can not become "REJECTED"/);
    expect(await opened.database.sql`select key from alerts`).toEqual([]);
    expect(await ledger.order(clientOrderId)).toMatchObject({ filledQuantity: 0 });
  });

  test('keeps the latest position of the day and the closed trade', async () => {
    const order = await plannedOrder(6);
    const [first, second] = [booked(order, 1), booked(order, 2)];
    if (first.type !== 'fillBooked' || second.type !== 'fillBooked') throw new Error('Expected fills');
    const later: Effect = { ...second, position: { ...second.position, quantity: 4 } };
    const { strategyId, instrumentId, signalKey, createdTime: entryTime } = order;
    const result = { grossPaise: 500, chargesPaise: 120, netPaise: 380, exitReason: 'target' } as const;
    const prices = { entryPrice: 100, exitPrice: 101.25, quantity: 4, side: 'LONG' } as const;
    const times = { entryTime, exitTime: entryTime + 60_000 };
    const trade = { strategyId, instrumentId, signalKey, ...prices, ...times, ...result };
    const effects: Effect[] = [first, later, { type: 'tradeClosed', trade }];
    await ledger.record(effects);
    await ledger.record([first]);
    await ledger.record(effects);
    const { sql } = opened.database;
    expect(
      await sql`select quantity from positions where updated_time = ${second.fill.time} and product = ${order.product}`,
    ).toEqual([{ quantity: 4 }]);
    expect(await sql`select net_paise, mode from trades join signals on key = signal_key`).toEqual([
      { net_paise: 380, mode: 'live' },
    ]);
  });
});
