import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advisoryKey } from '../../src/db/advisory-key.ts';
import { PostgresGtt } from '../../src/db/postgres-gtt.ts';
import { PostgresGttLock } from '../../src/db/postgres-gtt-lock.ts';
import { MORNING } from '../support/angel-one-simulator.ts';
import { brokerGttId, buildOco, buildSingle, GTT_ID } from '../support/build-gtt.ts';
import { MemoryGttLedger } from '../support/memory-gtt-ledger.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.close());

const NEVER = new AbortController().signal;
const SENT = { clientGttId: GTT_ID, leg: 'STOP_LOSS', reason: null } as const;

async function freshPostgres(): Promise<PostgresGtt> {
  await opened.database.sql`truncate gtt_events, gtt_legs, gtt_rules, job_outbox`;
  return new PostgresGtt(opened.database);
}

describe.each([
  ['memory', async () => new MemoryGttLedger()],
  ['Postgres', freshPostgres],
] as const)('the book of rules in %s', (_, fresh) => {
  it('keeps a rule as it was opened, and moves its legs by the table', async () => {
    const ledger = await fresh();
    const rule = buildOco({ triggerPrice: 1400.05 });
    await ledger.open(rule);
    await ledger.open({ ...rule, side: 'BUY' });
    expect(await ledger.rule(GTT_ID)).toEqual(rule);
    expect(await ledger.all()).toEqual([rule]);
    const priorIds = [brokerGttId('7')];
    const claim = { ...SENT, status: 'SUBMITTING', time: MORNING + 5, priorIds } as const;
    expect(await ledger.move(claim)).toMatchObject({ moved: true, rule: { legs: [{ priorIds }, {}] } });
    expect(await ledger.move(claim), 'one run may send it').toMatchObject({ moved: false });
    await ledger.move({ ...SENT, status: 'ACTIVE', time: MORNING + 6, brokerGttId: brokerGttId('8') });
    const stored = await ledger.rule(GTT_ID);
    expect(stored?.legs).toMatchObject([
      { status: 'ACTIVE', brokerGttId: '8', submittedTime: MORNING + 5, priorIds, triggerPrice: 1400.05 },
      { status: 'INITIALIZED' },
    ]);
    await expect(ledger.move({ ...SENT, status: 'INITIALIZED', time: MORNING + 7 })).rejects.toThrow('can not become');
    expect(await ledger.rule(GTT_ID)).toEqual(stored);
  });
});

describe('the book of rules in Postgres', () => {
  it('promises a job for everything that is asked for, once', async () => {
    const ledger = await freshPostgres();
    const job = { queue: 'gtt', name: 'settle', subject: GTT_ID, priority: 2 };
    const rule = buildSingle();
    expect(await ledger.open(rule)).toMatchObject([job]);
    expect(await ledger.open(rule)).toEqual([]);
    const terms = { quantity: 5, triggerPrice: 1410, limitPrice: 1405 };
    expect(await ledger.change(GTT_ID, { SINGLE: terms }, MORNING), 'it is not at the broker').toEqual([]);
    const update = { ...SENT, leg: 'SINGLE', time: MORNING } as const;
    await ledger.move({ ...update, status: 'SUBMITTING' });
    await ledger.move({ ...update, status: 'ACTIVE', brokerGttId: brokerGttId('1') });
    expect(await ledger.change(GTT_ID, { SINGLE: terms }, MORNING)).toMatchObject([job]);
    expect(await ledger.rule(GTT_ID)).toMatchObject({ legs: [{ ...terms, status: 'MODIFYING' }] });
    expect(await ledger.withdraw(GTT_ID, MORNING)).toMatchObject([job]);
    expect(await ledger.rule(GTT_ID)).toMatchObject({ isWithdrawn: true });
    expect(await ledger.change(GTT_ID, { SINGLE: terms }, MORNING), 'nobody wants it').toEqual([]);
    expect(await ledger.promise([GTT_ID], MORNING)).toMatchObject([job]);
    expect(await ledger.promise([GTT_ID], MORNING)).toEqual([]);
    const events = await opened.database.sql`select status, moved from gtt_events order by id`;
    expect(events.map(({ status }) => status)).toEqual(['SUBMITTING', 'ACTIVE', 'MODIFYING']);
  });

  it('tells what is not settled, and what ended of late', async () => {
    const ledger = await freshPostgres();
    await ledger.open(buildSingle());
    expect(await ledger.unsettled(MORNING + 10)).toHaveLength(1);
    await ledger.move({ ...SENT, leg: 'SINGLE', status: 'CANCELLED', time: MORNING + 5 });
    expect(await ledger.unsettled(MORNING + 10)).toEqual([]);
    expect(await ledger.unsettled(MORNING + 5)).toHaveLength(1);
  });

  it('lets one worker at a time at the rules of an account, and knows when its lock is gone', async () => {
    const lock = new PostgresGttLock(opened.database);
    const order: string[] = [];
    const holding = Promise.withResolvers<void>();
    const first = lock.hold(async (isHeld) => {
      holding.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push(`first ${await isHeld()}`);
    }, NEVER);
    await holding.promise;
    const second = lock.hold(async () => void order.push('second'), NEVER);
    await Promise.all([first, second]);
    expect(order).toEqual(['first true', 'second']);
    const stopped = new AbortController();
    await lock.hold(async () => {
      const waiting = lock.hold(async () => {}, stopped.signal);
      stopped.abort();
      await expect(waiting).rejects.toThrow('Stopped');
    }, NEVER);
    const held = await lock.hold(async (isHeld) => {
      const { sql } = opened.database;
      const key = advisoryKey(`signalman gtt ${opened.schema}`);
      const [holder] = await sql`
        select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
          and ((classid::bigint << 32) | objid::bigint) = ${key}::bigint`;
      await sql`select pg_terminate_backend(${holder?.pid})`;
      return isHeld();
    }, NEVER);
    expect(held).toBe(false);
  });
});
