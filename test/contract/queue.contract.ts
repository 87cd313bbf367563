/** One suite for both queue backends: whatever the orders rely on is proven on each. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Alert } from '../../src/core/alert.ts';
import { InvariantError } from '../../src/core/errors.ts';
import { unservedJobs } from '../../src/db/account-record.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { promisedJobs } from '../../src/engine/orders/promised-jobs.ts';
import { addLostJobs } from '../../src/jobs/add-lost-jobs.ts';
import { DONE, defineJob, type JobContext, JobRegistry, type JobResult } from '../../src/jobs/job-registry.ts';
import type { OpenQueues } from '../../src/jobs/open-queues.ts';
import { OutboxSweeper } from '../../src/jobs/outbox-sweeper.ts';
import { openQueues, type QueueBackendOptions } from '../../src/jobs/queue-backend.ts';
import type { WorkerSettings } from '../../src/jobs/queue-factory.ts';
import { type FailedJob, startWorkers } from '../../src/jobs/start-workers.ts';
import type { OutboxJob } from '../../src/ports/ledger.ts';
import { buildOrder } from '../support/build-order.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

export interface BackendUnderTest {
  readonly redisUrl?: string | undefined;
  stop(): Promise<void>;
}

/** What a child process needs to work on the same queues and database. */
export interface ChildTask {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly queueSchema: string;
  readonly ledgerSchema: string;
  readonly prefix: string;
  readonly task: 'hang-in-job' | 'commit-and-hang' | 'close-when-told';
}

type Handler = (subject: string, context: JobContext) => Promise<JobResult>;

const QUIET = { info() {}, warn() {}, error() {} };
const CLOCK = { now: () => Date.now(), sleepUntil: async () => {} };
/** Silence is noticed soon, so that the tests of dead workers do not take half a minute. */
const ALERT: WorkerSettings = { concurrency: 1, lockMs: 500, stalledCheckMs: 100, retryDelay: (made) => 200 * made };

export function queueContract(backend: 'redis' | 'postgres', start: () => Promise<BackendUnderTest>): void {
  describe(`queue on ${backend}`, { timeout: 20_000 }, () => {
    let server: BackendUnderTest;
    let database: TestDatabase;
    let options: QueueBackendOptions;
    let queues: OpenQueues;
    const opened: OpenQueues[] = [];

    beforeAll(async () => {
      [server, database] = await Promise.all([start(), testDatabase('queue-test')]);
      options = {
        redisUrl: server.redisUrl,
        databaseUrl: inject('databaseUrl'),
        schema: `${database.schema}_queue`,
        prefix: 'test',
        log: QUIET,
      };
    });

    afterAll(async () => {
      const { sql } = database.database;
      await sql`drop schema if exists ${sql(options.schema)} cascade`;
      await Promise.all([server.stop(), database.close()]);
    });

    beforeEach(async () => {
      queues = await open();
      await queues.clear();
      await database.database.sql`truncate deliveries, alerts, job_outbox`;
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    async function open(): Promise<OpenQueues> {
      const each = await openQueues(options);
      opened.push(each);
      return each;
    }

    async function work(on: OpenQueues, place: Handler, settings: WorkerSettings = ALERT): Promise<FailedJob[]> {
      const failed: FailedJob[] = [];
      const registry = registryOf({ place });
      const onFailed = (job: FailedJob) => void failed.push(job);
      await startWorkers({
        queues: on,
        registry,
        log: QUIET,
        settings: { orders: settings, alerts: settings },
        onFailed,
      });
      return failed;
    }

    function sweeperOn(
      on: OpenQueues,
      ledger: ConstructorParameters<typeof OutboxSweeper>[0]['ledger'],
    ): OutboxSweeper {
      return new OutboxSweeper({ ledger, queues: on, clock: CLOCK });
    }

    async function enqueue(...jobs: readonly OutboxJob[]): Promise<void> {
      await sweeperOn(queues, { unqueuedJobs: async () => [], markQueued: async () => {} }).enqueue(jobs);
    }

    it('reports its backend', () => {
      expect(queues.backend).toBe(backend);
    });

    it('takes the same job id once, one by one and in a batch', async () => {
      const runs: string[] = [];
      await enqueue(job('same'));
      await enqueue(job('same'));
      await enqueue(job('same'), job('other'), job('other'));
      expect(await queues.queue('orders').getJobCounts()).toMatchObject({ prioritized: 2 });
      await work(queues, collect(runs));
      await until(() => runs.length === 2);
      await pause(100);
      expect(runs.sort()).toEqual(['other', 'same']);
    });

    it('does not run a finished job again while its id is remembered', async () => {
      const runs: string[] = [];
      await work(queues, collect(runs));
      await enqueue(job('once'));
      await until(() => runs.length === 1);
      await enqueue(job('once'));
      await pause(100);
      expect(runs).toEqual(['once']);
    });

    it('runs every cancel that was asked for of one order, and each of them once', async () => {
      const order = buildOrder();
      const cancelAt = (time: number) => promisedJobs([{ type: 'cancelRequested', order, reason: 'expired', time }]);
      const runs: string[] = [];
      await work(queues, async (subject, { jobId }) => {
        runs.push(`${jobId} of ${subject}`);
        return DONE;
      });
      await enqueue(...cancelAt(1_000), ...cancelAt(1_000));
      await until(() => runs.length === 1);
      // The outbox hands a job over again when a crash came between adding and marking.
      await enqueue(...cancelAt(1_000));
      await enqueue(...cancelAt(2_000));
      await until(() => runs.length === 2);
      await enqueue(...cancelAt(1_000), ...cancelAt(2_000));
      await pause(100);
      const id = order.clientOrderId;
      expect(runs).toEqual([`${id}-cancel-1000 of ${id}`, `${id}-cancel-2000 of ${id}`]);
    });

    it('runs the most urgent job first, and equals in the order they came', async () => {
      const runs: string[] = [];
      await enqueue(job('entry1', { priority: 10 }), job('entry2', { priority: 10 }));
      await enqueue(job('exit', { priority: 1 }));
      await enqueue(job('middle', { priority: 5 }));
      await work(queues, collect(runs));
      await until(() => runs.length === 4);
      expect(runs).toEqual(['exit', 'middle', 'entry1', 'entry2']);
    });

    it('runs a delayed job when its time has come, and not before', async () => {
      const ran = new Map<string, number>();
      await work(queues, async (subject) => {
        ran.set(subject, Date.now());
        return DONE;
      });
      const notBefore = Date.now() + 400;
      await enqueue(job('later', { notBefore }), job('now'));
      await until(() => ran.size === 2);
      expect(ran.get('now')).toBeLessThan(notBefore);
      expect(ran.get('later')).toBeGreaterThanOrEqual(notBefore);
      expect(ran.get('later')).toBeLessThan(notBefore + 1_500);
    });

    it('tries a job that throws again after a growing wait, and fails it where all can see', async () => {
      const times: number[] = [];
      const failed = await work(queues, async () => {
        times.push(performance.now());
        throw new Error(`no luck ${times.length}`);
      });
      await queues
        .queue('orders')
        .add('place', { subject: 'unlucky' }, { jobId: 'unlucky', attempts: 3, backoff: { type: 'jittered' } });
      await until(() => failed.length === 1);
      const [first = 0, second = 0, third = 0] = times;
      expect(times).toHaveLength(3);
      expect(second - first).toBeGreaterThanOrEqual(198);
      expect(third - second).toBeGreaterThanOrEqual(398);
      expect(failed).toEqual([
        { queue: 'orders', name: 'place', subject: 'unlucky', attempts: 3, reason: 'no luck 3' },
      ]);
      expect(await queues.queue('orders').getJobCounts()).toMatchObject({ failed: 1 });
      expect((await queues.queue('orders').getJob('unlucky'))?.failedReason).toBe('no luck 3');
    });

    it('does not try again what can not succeed: a broken invariant, an unknown name, a payload of another shape', async () => {
      const failed = await work(queues, async () => {
        throw new InvariantError('two and two is five');
      });
      const attempts = { attempts: 5, backoff: { type: 'jittered' } };
      await queues.queue('orders').add('place', { subject: 'a' }, { jobId: 'a', ...attempts });
      await queues.queue('orders').add('plaice', { subject: 'b' }, { jobId: 'b', ...attempts });
      await queues.queue('orders').add('place', { subject: '' }, { jobId: 'c', ...attempts });
      await until(() => failed.length === 3);
      expect(failed.map(({ attempts: made }) => made)).toEqual([1, 1, 1]);
      expect(failed.map(({ reason }) => reason)).toEqual([
        'two and two is five',
        'Expected a job of queue "orders" ("place", "modify", "cancel"), found "plaice"',
        expect.stringContaining('Expected the payload of job "place", found {"subject":""} (subject: '),
      ]);
    });

    it('holds the queue back when throttled, without an attempt spent', async () => {
      const runs: { subject: string; time: number }[] = [];
      const other = await open();
      const handler: Handler = async (subject) => {
        runs.push({ subject, time: performance.now() });
        return runs.length === 1 ? { kind: 'throttled', retryAfterMs: 400 } : DONE;
      };
      await work(queues, handler);
      await enqueue(job('first', { priority: 1 }));
      await until(() => runs.length === 1);
      // Another worker of the account has to keep silent too.
      await work(other, handler);
      await enqueue(job('second', { priority: 10 }));
      await until(() => runs.length === 3);
      const [throttled, ...later] = runs;
      expect(runs.map(({ subject }) => subject).sort()).toEqual(['first', 'first', 'second']);
      for (const run of later) expect(run.time - (throttled?.time ?? 0)).toBeGreaterThanOrEqual(395);
      await until(async () => (await queues.queue('orders').getJob('first'))?.finishedOn !== undefined);
      expect((await queues.queue('orders').getJob('first'))?.attemptsMade).toBe(1);
    });

    it('runs a job again whose worker process was killed in the middle', async () => {
      await enqueue(job('orphan'));
      const child = await startChild('hang-in-job');
      expect(child.said).toBe('running orphan');
      await child.kill();
      const runs: string[] = [];
      await work(queues, collect(runs));
      await until(() => runs.length === 1);
      expect(runs).toEqual(['orphan']);
    });

    it('gives the jobs of a dead process back at once to the holder of the lease', async () => {
      await enqueue(job('orphan'));
      const child = await startChild('hang-in-job');
      await child.kill();
      expect(await queues.releaseActive()).toBe(1);
      const runs: string[] = [];
      await work(queues, collect(runs), { concurrency: 1, lockMs: 60_000, stalledCheckMs: 60_000 });
      await until(async () => (await queues.queue('orders').getJob('orphan'))?.finishedOn !== undefined);
      expect(runs).toEqual(['orphan']);
      expect(await queues.releaseActive()).toBe(0);
    });

    it('lets the running job finish when it stops, and starts no other', async () => {
      const runs: string[] = [];
      const slow: Handler = async (subject) => {
        runs.push(subject);
        await pause(300);
        return DONE;
      };
      await work(queues, slow);
      await enqueue(job('running'), job('waiting'));
      await until(() => runs.length === 1);
      await queues.close();
      const next = await open();
      expect(runs).toEqual(['running']);
      expect(await next.queue('orders').getJobCounts()).toMatchObject({ completed: 1, active: 0, prioritized: 1 });
    });

    it('ends a waiting job when it stops, and the next worker runs it', async () => {
      const waiting = Promise.withResolvers<void>();
      await work(queues, async (_subject, { stopping }) => {
        waiting.resolve();
        await once(stopping, 'abort');
        return { kind: 'retry', reason: 'The worker is stopping' };
      });
      await enqueue(job('patient'));
      await waiting.promise;
      const begin = performance.now();
      await queues.close();
      expect(performance.now() - begin).toBeLessThan(1_000);
      const next = await open();
      const runs: string[] = [];
      await work(next, collect(runs));
      await until(() => runs.length === 1);
    });

    it('stops within 2 s although a job does not end; another worker runs it again', async () => {
      const release = Promise.withResolvers<void>();
      const stuck = Promise.withResolvers<void>();
      await work(queues, async () => {
        stuck.resolve();
        await release.promise;
        return DONE;
      });
      await enqueue(job('stuck'));
      await stuck.promise;
      const begin = performance.now();
      await Promise.all([queues.close(), queues.close()]);
      expect(performance.now() - begin).toBeLessThan(2_000);
      release.resolve();
      const runs: string[] = [];
      await work(await open(), collect(runs));
      await until(() => runs.length === 1);
      expect(runs).toEqual(['stuck']);
    });

    it('closes fast when idle, and again without harm', async () => {
      await work(queues, async () => DONE);
      await pause(50);
      const begin = performance.now();
      await queues.close();
      await queues.close();
      expect(performance.now() - begin).toBeLessThan(500);
    });

    it('leaves nothing behind that keeps its process alive', async () => {
      const child = await startChild('close-when-told');
      const begin = performance.now();
      expect(await child.stop()).toBe(0);
      expect(performance.now() - begin).toBeLessThan(2_000);
    });

    it('is empty after clear and works on', async () => {
      await enqueue(job('a'), job('b', { notBefore: Date.now() + 60_000 }));
      await queues.clear();
      expect(Object.values(await queues.queue('orders').getJobCounts()).every((count) => count === 0)).toBe(true);
      const runs: string[] = [];
      await work(queues, collect(runs));
      await enqueue(job('a'));
      await until(() => runs.length === 1);
    });

    it('sweeps exactly what was promised and not added', async () => {
      const ledger = new PostgresLedger(database.database, 'paper');
      const promised = await ledger.record([alertRaised('one'), alertRaised('two'), alertRaised('three')]);
      const sweeper = sweeperOn(queues, ledger);
      await sweeper.enqueue(promised.slice(0, 1));
      expect(await sweeper.sweep(60_000)).toBe(0);
      expect(await sweeper.sweep(0)).toBe(2);
      expect(await sweeper.sweep(0)).toBe(0);
      const jobs = await Promise.all(promised.map(({ id }) => queues.queue('alerts').getJob(id)));
      expect(jobs.map((each) => each?.data.subject)).toEqual(['one', 'two', 'three']);
    });

    it('adds once when two sweepers sweep at once', async () => {
      const ledger = new PostgresLedger(database.database, 'paper');
      await ledger.record(['one', 'two', 'three', 'four', 'five'].map(alertRaised));
      const other = await open();
      await Promise.all([sweeperOn(queues, ledger).sweep(0), sweeperOn(other, ledger).sweep(0)]);
      expect(await ledger.unqueuedJobs(0)).toEqual([]);
      expect(await queues.queue('alerts').getJobCounts()).toMatchObject({ prioritized: 5 });
    });

    it('sweeps what a process killed between commit and add has left behind', async () => {
      const child = await startChild('commit-and-hang');
      expect(child.said).toBe('committed');
      await child.kill();
      expect(await queues.queue('alerts').getJobCounts()).toMatchObject({ prioritized: 0 });
      const ledger = new PostgresLedger(database.database, 'paper');
      expect(await sweeperOn(queues, ledger).sweep(0)).toBe(1);
      expect(await queues.queue('alerts').getJobCounts()).toMatchObject({ prioritized: 1 });
    });

    it('gets back what it has lost, and nothing else', async () => {
      const ledger = new PostgresLedger(database.database, 'paper');
      const promised = await ledger.record([alertRaised('one'), alertRaised('two'), alertRaised('three')]);
      const sweeper = sweeperOn(queues, ledger);
      await sweeper.enqueue(promised);
      const unserved = (ageMs: number) => unservedJobs(database.database, ageMs);
      expect(await addLostJobs({ unserved, queues, sweeper }, 0)).toBe(0);
      await (await queues.queue('alerts').getJob(promised[1]?.id ?? ''))?.remove();
      await database.database.sql`update alerts set sent_time = 1 where key = ${promised[2]?.subject ?? ''}`;
      await (await queues.queue('alerts').getJob(promised[2]?.id ?? ''))?.remove();
      expect(await addLostJobs({ unserved, queues, sweeper }, 60_000), 'it may be on its way').toBe(0);
      expect(await addLostJobs({ unserved, queues, sweeper }, 0), 'what was told already is not needed').toBe(1);
      const jobs = await Promise.all(promised.map(({ id }) => queues.queue('alerts').getJob(id)));
      expect(jobs.map((each) => each?.data.subject)).toEqual(['one', 'two', undefined]);
    });

    async function startChild(task: ChildTask['task']): Promise<QueueChild> {
      const { redisUrl, databaseUrl, schema: queueSchema, prefix } = options;
      const childTask: ChildTask = { redisUrl, databaseUrl, queueSchema, ledgerSchema: database.schema, prefix, task };
      return startQueueChild(childTask);
    }
  });
}

export interface QueueChild {
  /** Its first words. */
  readonly said: string;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export async function startQueueChild(task: ChildTask): Promise<QueueChild> {
  const script = fileURLToPath(new URL('queue-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = await Promise.race([
    once(child.stdout, 'data').then(([chunk]) => String(chunk).trim()),
    exited.then(String),
  ]);
  return {
    said,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

/** A registry whose `place` does as told; subjects may be any text. */
function registryOf({ place }: { readonly place: Handler }): JobRegistry {
  const payload = z.strictObject({ subject: z.string().min(1) });
  const handler = ({ subject }: { subject: string }, context: JobContext) => place(subject, context);
  return new JobRegistry([
    defineJob({ queue: 'orders', name: 'place', payload, handler }),
    defineJob({ queue: 'orders', name: 'modify', payload, handler }),
    defineJob({ queue: 'orders', name: 'cancel', payload, handler }),
    defineJob({ queue: 'alerts', name: 'send', payload, handler }),
  ]);
}

function alertRaised(key: string): { readonly type: 'alertRaised'; readonly alert: Alert } {
  return { type: 'alertRaised', alert: { key, kind: 'system', level: 'info', text: `Alert ${key}`, time: 1_000 } };
}

function job(id: string, changes: Partial<OutboxJob> = {}): OutboxJob {
  return { id, queue: 'orders', name: 'place', subject: id, priority: 5, notBefore: 0, ...changes };
}

function collect(runs: string[]): Handler {
  return async (subject) => {
    runs.push(subject);
    return DONE;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(condition: () => boolean | Promise<boolean>, patienceMs = 15_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not so within ${patienceMs} ms: ${condition}`);
    await pause(10);
  }
}
