/** What the worker keeps things in: the database and the queue. */
import { type Database, openDatabase } from '../../db/database.ts';
import { openQueues } from '../../jobs/queue-backend.ts';
import { type Check, ok, warn } from './check.ts';

export interface StorePlaces {
  /** Null: the embedded server under the state folder. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly stateFolder: string;
}

const ROLE = 'doctor';
const QUEUE_SCHEMA = 'doctor_queue';
const SLOW_MS = 50;
const QUIET = { info() {}, warn() {}, error() {} };

/** Opening it brings it up to date, as the worker's start does. */
export function databaseCheck(places: StorePlaces): Check {
  return {
    name: 'database',
    run: () =>
      withDatabase(places, async ({ sql, url }) => {
        const [server] = await sql<{ version: string; migrations: number; latest: string | null }[]>`
          select current_setting('server_version') as version,
            (select count(*) from migrations)::integer as migrations, (select max(name) from migrations) as latest`;
        const began = performance.now();
        await sql`select 1`;
        const ms = performance.now() - began;
        const where = places.databaseUrl === null ? 'embedded' : new URL(url).host;
        const found = `PostgreSQL ${server?.version} (${where}), ${server?.migrations} migrations up to ${server?.latest}, ${ms.toFixed(1)} ms a round trip`;
        if (ms <= SLOW_MS) return ok(found);
        return warn(found, 'Every order waits for several of them: use a database near this machine.');
      }),
  };
}

/** Puts a job into a queue of its own and takes it away again. */
export function queueCheck(places: StorePlaces): Check {
  return {
    name: 'queue',
    run: async () => {
      const { redisUrl } = places;
      if (redisUrl !== null) return ok(`${await tryQueue(redisUrl, '')} on Redis`);
      return withDatabase(places, async ({ sql, url }) => {
        try {
          return ok(`${await tryQueue(undefined, url)} in the database`);
        } finally {
          await sql`drop schema if exists ${sql(QUEUE_SCHEMA)} cascade`;
        }
      });
    },
  };
}

async function tryQueue(redisUrl: string | undefined, databaseUrl: string): Promise<string> {
  const prefix = `signalman-${ROLE}-${process.pid}`;
  const queues = await openQueues({ redisUrl, databaseUrl, schema: QUEUE_SCHEMA, prefix, log: QUIET });
  try {
    const queue = queues.queue('alerts');
    const began = performance.now();
    const job = await queue.add('send', { subject: ROLE }, { delay: 3_600_000 });
    const ms = performance.now() - began;
    if ((await queue.getJob(String(job.id))) === undefined) throw new Error('A job that was added is not in the queue');
    return `a job was added in ${ms.toFixed(1)} ms`;
  } finally {
    await queues.clear().catch(() => undefined);
    await queues.close();
  }
}

async function withDatabase<T>(places: StorePlaces, work: (database: Database) => Promise<T>): Promise<T> {
  const { databaseUrl, stateFolder } = places;
  const database = await openDatabase({ url: databaseUrl ?? undefined, stateFolder, role: ROLE });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
