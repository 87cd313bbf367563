import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClientOrderId, SignalKey } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import { requeueUnsettled } from '../../../src/db/account-record.ts';
import { PostgresGtt } from '../../../src/db/postgres-gtt.ts';
import { PostgresGttOrders } from '../../../src/db/postgres-gtt-orders.ts';
import { PostgresLedger } from '../../../src/db/postgres-ledger.ts';
import { rulesOfLegs } from '../../../src/engine/orders/gtt-of-orders.ts';
import type { Effect } from '../../../src/ports/engine-event.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import { brokerGttId } from '../../support/build-gtt.ts';
import { brokerId, buildOrder, buildSignal } from '../../support/build-order.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

const KEY = 'swing|NSE:INFY|1d|1|ENTRY' as SignalKey;
const LEG = { signalKey: KEY, side: 'SELL', product: 'DELIVERY', timeInForce: 'GTT', ocoGroup: 'fill' } as const;
const stop = buildOrder({
  ...{ ...LEG, clientOrderId: 's7k2m9q4x1c8v5n3' as ClientOrderId, sequence: 2 },
  ...{ role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: 95 },
});
const target = buildOrder({
  ...{ ...LEG, clientOrderId: 't7k2m9q4x1c8v5n3' as ClientOrderId, sequence: 3 },
  ...{ role: 'TARGET', type: 'LIMIT', limitPrice: 110 },
});
const RULE = stop.clientOrderId;
const NOW = stop.createdTime;
const planned: readonly Effect[] = [
  { type: 'signalDecided', signal: buildSignal({ key: KEY }) },
  { type: 'orderPlanned', order: buildOrder({ signalKey: KEY }) },
  { type: 'orderPlanned', order: stop },
  { type: 'orderPlanned', order: target },
];

let opened: TestDatabase;
let ledger: PostgresLedger;
let rules: PostgresGtt;
beforeAll(async () => {
  opened = await testDatabase();
  ledger = new PostgresLedger(opened.database, 'live', (orders) => rulesOfLegs(orders, () => 0.05));
  rules = new PostgresGtt(opened.database);
});
beforeEach(() => opened.database.sql`truncate gtt_events, gtt_legs, gtt_rules, job_outbox, orders, signals cascade`);
afterAll(() => opened.close());

const names = (jobs: readonly OutboxJob[]) => jobs.map(({ queue, name, subject }) => `${queue} ${name} ${subject}`);

function cancelOf(order: Order): Effect {
  return { type: 'cancelRequested', order, reason: 'The strategy leaves', time: NOW + 5 };
}

async function move(leg: 'STOP_LOSS' | 'TARGET', ...statuses: readonly ('SUBMITTING' | 'ACTIVE' | 'TRIGGERED')[]) {
  for (const status of statuses) {
    const named = status === 'ACTIVE' ? { brokerGttId: brokerGttId(leg) } : {};
    await rules.move({ clientGttId: RULE, leg, status, reason: null, time: NOW + 1, ...named });
  }
}

describe('legs that outlive the day', () => {
  test('are planned and become one rule in one transaction; no job of theirs goes to the order queue', async () => {
    const entry = buildOrder().clientOrderId;
    expect(names(await ledger.record(planned))).toEqual([`gtt settle ${RULE}`, `orders place ${entry}`]);
    expect(await rules.all()).toMatchObject([
      { kind: 'OCO', legs: [{ clientOrderId: RULE }, { clientOrderId: target.clientOrderId }] },
    ]);
    expect(await ledger.order(target.clientOrderId)).toMatchObject({ status: 'INITIALIZED' });
    expect(await ledger.record(planned), 'again').toEqual([]);
    expect(await rules.all()).toHaveLength(1);
    expect(await requeueUnsettled(opened.database), 'both are to be done').toBe(2);
  });

  test('are orders like others where there are no rules', async () => {
    const paper = new PostgresLedger(opened.database, 'paper');
    expect(names(await paper.record(planned)).filter((job) => job.startsWith('orders place'))).toHaveLength(3);
    const cancelled = await ledger.record([cancelOf(stop)]);
    expect(names(cancelled), 'and go on as they began').toEqual([`orders cancel ${RULE}`]);
  });

  test('are withdrawn as a pair by the cancel of one; what has triggered is cancelled as an order, too', async () => {
    await ledger.record(planned);
    await move('TARGET', 'SUBMITTING', 'ACTIVE');
    expect(names(await ledger.record([cancelOf(stop), cancelOf(target)]))).toEqual([`gtt settle ${RULE}`]);
    expect(await rules.rule(RULE)).toMatchObject({ isWithdrawn: true });
    await move('TARGET', 'TRIGGERED');
    const again = await ledger.record([{ ...cancelOf(target), time: NOW + 9 } as Effect]);
    expect(names(again)).toEqual([`gtt settle ${RULE}`, `orders cancel ${target.clientOrderId}`]);
  });

  test('follow a stop that trails, with a change of the rule once it rests at the broker', async () => {
    await ledger.record(planned);
    const trailed = { ...stop, triggerPrice: 97, amendments: 1 };
    const amended: Effect = { type: 'orderAmended', order: trailed, job: 'modify', time: NOW + 5 };
    expect(names(await ledger.record([amended]))).toEqual([`gtt settle ${RULE}`]);
    const early = { status: 'INITIALIZED', triggerPrice: 97, limitPrice: 92.15 };
    expect((await rules.rule(RULE))?.legs[0]).toMatchObject(early);
    await move('STOP_LOSS', 'SUBMITTING', 'ACTIVE');
    const further: Effect = { ...amended, order: { ...trailed, triggerPrice: 98, amendments: 2 }, time: NOW + 9 };
    expect(names(await ledger.record([further]))).toEqual([`gtt settle ${RULE}`]);
    expect((await rules.rule(RULE))?.legs[0]).toMatchObject({ status: 'MODIFYING', triggerPrice: 98 });
  });

  test('stand side by side with their orders until these have ended, and are claimed once', async () => {
    await ledger.record(planned);
    const store = new PostgresGttOrders(opened.database);
    await move('STOP_LOSS', 'SUBMITTING', 'ACTIVE', 'TRIGGERED');
    await store.claim(RULE, 'STOP_LOSS', brokerId('77'));
    await store.claim(RULE, 'STOP_LOSS', brokerId('78'));
    const legs = await store.legs(Number.MAX_SAFE_INTEGER);
    expect(legs.map(({ leg, order }) => [leg.status, leg.brokerOrderId, order?.role])).toEqual([
      ['TRIGGERED', '77', 'STOP_LOSS'],
      ['INITIALIZED', null, 'TARGET'],
    ]);
  });
});
