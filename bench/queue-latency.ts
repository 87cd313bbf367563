/** From `add` to the start of the handler, one job after the other, on an idle queue. */
import { openEmbeddedPostgres } from '../src/db/embedded-postgres.ts';
import { connectSql } from '../src/db/sql.ts';
import type { OpenQueues } from '../src/jobs/open-queues.ts';
import { openQueues } from '../src/jobs/queue-backend.ts';
import { redisServerPath, startRedis } from '../test/support/redis-server.ts';
import { testStateFolder } from '../test/support/test-server.ts';

const WARM_UP = 100;
const JOBS = 500;
const SCHEMA = 'bench_queue';
const LOG = { info() {}, warn: complain, error: complain };

export const bench = { name: 'queue_latency_ms', run };

async function run(): Promise<Record<string, number>> {
  return { ...(await onPostgres()), ...(await onRedis()) };
}

async function onPostgres(): Promise<Record<string, number>> {
  const server = await openEmbeddedPostgres({ stateFolder: testStateFolder(), role: 'bench', log: () => {} });
  try {
    const queues = await openQueues({ databaseUrl: server.url, schema: SCHEMA, prefix: SCHEMA, log: LOG });
    const latencies = await measured(queues);
    const sql = connectSql(server.url, { connections: 1 });
    await sql`drop schema ${sql(SCHEMA)} cascade`;
    await sql.end();
    return latencies;
  } finally {
    await server.release();
  }
}

async function onRedis(): Promise<Record<string, number>> {
  const program = redisServerPath();
  if (program === undefined) {
    process.stderr.write('queue_latency_ms: redis-server is not on this machine, its part is left out\n');
    return {};
  }
  const server = await startRedis(program);
  try {
    return await measured(
      await openQueues({ redisUrl: server.url, databaseUrl: '', schema: '', prefix: SCHEMA, log: LOG }),
    );
  } finally {
    await server.kill();
  }
}

async function measured(queues: OpenQueues): Promise<Record<string, number>> {
  const latencies: number[] = [];
  let begin = 0;
  let started: () => void = () => {};
  try {
    await queues.clear();
    const handler = async (): Promise<void> => {
      latencies.push(performance.now() - begin);
      started();
    };
    await queues.startWorker('orders', handler, { concurrency: 4 });
    for (let job = 0; job < WARM_UP + JOBS; job += 1) {
      const isStarted = new Promise<void>((resolve) => {
        started = resolve;
      });
      begin = performance.now();
      await queues
        .queue('orders')
        .add('place', { subject: 'bench' }, { jobId: `bench-${job}`, priority: 10, attempts: 500 });
      await isStarted;
      await idle();
    }
  } finally {
    await queues.close();
  }
  const sorted = latencies.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3));
  return { [`queue_latency_ms_${queues.backend}_p50`]: at(0.5), [`queue_latency_ms_${queues.backend}_p99`]: at(0.99) };
}

/** Lets the worker finish the job and listen again, as between two signals. */
function idle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function complain(fields: object, message: string): void {
  process.stderr.write(`queue_latency_ms: ${message} ${JSON.stringify(fields)}\n`);
}
