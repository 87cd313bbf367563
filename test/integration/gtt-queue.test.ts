import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { requeueUnsettled } from '../../src/db/account-record.ts';
import { PostgresGtt } from '../../src/db/postgres-gtt.ts';
import { PostgresGttLock } from '../../src/db/postgres-gtt-lock.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { GttExecutor } from '../../src/jobs/gtt-executor.ts';
import { DONE, defineJob, JobRegistry } from '../../src/jobs/job-registry.ts';
import { orderPayload } from '../../src/jobs/order-payload.ts';
import { OutboxSweeper } from '../../src/jobs/outbox-sweeper.ts';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { settleGttJob } from '../../src/jobs/settle-gtt-job.ts';
import { startWorkers } from '../../src/jobs/start-workers.ts';
import { sweepGtt } from '../../src/jobs/sweep-gtt.ts';
import { SystemClock } from '../../src/worker/system-clock.ts';
import { doneOf } from '../support/angel-one-adapter.ts';
import { buildOco, GTT_ID } from '../support/build-gtt.ts';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import { testDatabase } from '../support/test-database.ts';
import { ScriptedGttBroker } from '../unit/jobs/scripted-gtt-broker.ts';

const QUIET = { info() {}, warn() {}, error() {} };
const program = redisServerPath();

/** Rules as a worker wires them, from the promise to the broker. */
async function openWorks(redisUrl: string | undefined) {
  const { database, schema, close } = await testDatabase();
  onTestFinished(close);
  const clock = new SystemClock();
  const broker = new ScriptedGttBroker();
  const ledger = new PostgresGtt(database);
  const lock = new PostgresGttLock(database);
  const troubles: string[] = [];
  const executor = new GttExecutor({
    ...{ broker, ledger, lock, clock, searchGraceMs: 20, flightMs: 40 },
    onTrouble: (text) => troubles.push(text),
  });
  const idle = async () => DONE;
  const registry = new JobRegistry([
    defineJob({ queue: 'orders', name: 'place', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'orders', name: 'modify', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'orders', name: 'cancel', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'alerts', name: 'send', payload: orderPayload, handler: idle }),
    settleGttJob(executor),
  ]);
  const prefix = `gtt-${randomBytes(4).toString('hex')}`;
  const queues = await openQueues({
    redisUrl,
    databaseUrl: database.url,
    schema: `${schema}_queue`,
    prefix,
    log: QUIET,
  });
  onTestFinished(async () => {
    await queues.close();
    await database.sql`drop schema if exists ${database.sql(`${schema}_queue`)} cascade`;
  });
  const settings = { concurrency: 1, retryDelay: () => 20 };
  const sweeper = new OutboxSweeper({ ledger: new PostgresLedger(database, 'live'), queues, clock });
  const start = () => startWorkers({ queues, registry, log: QUIET, settings: { gtt: settings } });
  const statuses = async () => (await ledger.rule(GTT_ID))?.legs.map(({ status }) => status);
  return { database, clock, broker, ledger, sweeper, troubles, start, statuses };
}

function works(backend: string, redisUrl: () => Promise<string | undefined>): void {
  describe(`rules over the queue on ${backend}`, { timeout: 30_000 }, () => {
    it('are made, kept and ended as promised, whatever the wire loses', async () => {
      const { clock, broker, ledger, sweeper, troubles, start, statuses } = await openWorks(await redisUrl());
      await start();
      broker.fates.create.push('transient', 'answer-lost', 'request-lost');
      broker.fates.cancel.push('answer-lost');
      const now = clock.now();
      await sweeper.enqueue(await ledger.open({ ...buildOco(), createdTime: now, expires: now + 1_000_000 }));
      await vi.waitFor(async () => expect(await statuses()).toEqual(['ACTIVE', 'ACTIVE']), { timeout: 10_000 });
      expect(broker.live()).toHaveLength(2);
      broker.trigger(broker.live()[0] ?? '');
      const { jobs } = doneOf(await sweepGtt({ broker, ledger, clock }));
      await sweeper.enqueue(jobs);
      await vi.waitFor(async () => expect(await statuses()).toEqual(['TRIGGERED', 'CANCELLED']), { timeout: 10_000 });
      expect(broker.live()).toEqual([]);
      expect(troubles).toEqual([]);
    });

    it('that no queue has are taken up at the next start', async () => {
      const { database, clock, broker, ledger, sweeper, start, statuses } = await openWorks(await redisUrl());
      const now = clock.now();
      const jobs = await ledger.open({ ...buildOco(), createdTime: now, expires: now + 1_000_000 });
      await new PostgresLedger(database, 'live').markQueued(jobs.map(({ id }) => id));
      expect(await requeueUnsettled(database)).toBe(1);
      await start();
      await sweeper.sweep(0);
      await vi.waitFor(async () => expect(await statuses()).toEqual(['ACTIVE', 'ACTIVE']), { timeout: 10_000 });
      expect(broker.live()).toHaveLength(2);
      expect(await requeueUnsettled(database), 'what rests at the broker is for the sweep').toBe(0);
    });
  });
}

works('postgres', async () => undefined);
if (program === undefined) {
  it('rules over the queue on redis', ({ skip }) => skip('redis-server is not on this machine'));
} else {
  works('redis', async () => {
    const server = await startRedis(program);
    onTestFinished(() => server.kill());
    return server.url;
  });
}
