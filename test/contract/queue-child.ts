/** A process that the contract tests kill in the middle of its work. It says on standard output how far it has come. */

import { z } from 'zod';
import { openDatabase } from '../../src/db/database.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { DONE, defineJob, JobRegistry } from '../../src/jobs/job-registry.ts';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { startWorkers } from '../../src/jobs/start-workers.ts';
import type { ChildTask } from './queue.contract.ts';

const QUIET = { info() {}, warn() {}, error() {} };
const task: ChildTask = JSON.parse(process.argv[2] ?? '');
if (task.task === 'commit-and-hang') await commitAndHang();
else await work();

/** Every job hangs for ever. SIGTERM closes the queues; then nothing is left that keeps the process alive. */
async function work(): Promise<void> {
  const { redisUrl, databaseUrl, queueSchema: schema, prefix } = task;
  const queues = await openQueues({ redisUrl, databaseUrl, schema, prefix, log: QUIET });
  const payload = z.object({ subject: z.string() });
  const handler = async ({ subject }: { subject: string }) => {
    process.stdout.write(`running ${subject}\n`);
    await new Promise(() => {});
    return DONE;
  };
  const registry = new JobRegistry([
    defineJob({ queue: 'orders', name: 'place', payload, handler }),
    defineJob({ queue: 'orders', name: 'modify', payload, handler }),
    defineJob({ queue: 'orders', name: 'cancel', payload, handler }),
    defineJob({ queue: 'alerts', name: 'send', payload, handler }),
  ]);
  const settings = { concurrency: 1, lockMs: 500, stalledCheckMs: 100 };
  await startWorkers({ queues, registry, log: QUIET, settings: { orders: settings, alerts: settings } });
  process.once('SIGTERM', () => void queues.close());
  if (task.task === 'close-when-told') process.stdout.write('working\n');
}

async function commitAndHang(): Promise<void> {
  const { databaseUrl: url, ledgerSchema: schema } = task;
  const database = await openDatabase({ url, stateFolder: '.', schema, role: 'queue-child' });
  const ledger = new PostgresLedger(database, 'paper');
  const alert = { key: 'left-behind', kind: 'system', level: 'info', text: 'Left behind', time: 1_000 } as const;
  await ledger.record([{ type: 'alertRaised', alert }]);
  process.stdout.write('committed\n');
  setInterval(() => {}, 60_000);
}
