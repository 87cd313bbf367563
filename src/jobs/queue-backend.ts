/**
 * Queues and their workers over one of two backends: Redis when a URL is given, else BullMQ's own tables in Postgres.
 *
 * - `openQueues(options)` proves the backend reachable (a one-line `UnavailableError` otherwise) and prepares it.
 * - Past this file the code is the same on both: no caller asks which backend it has.
 * - The connections belong to BullMQ. A password never leaves the connection options.
 */
import {
  createPostgresBackend,
  createRedisBackend,
  type Job,
  type Queue,
  runMigrations,
  type Worker,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { JobLog } from './job-log.ts';
import { OpenQueues } from './open-queues.ts';
import { useEndingRedis } from './redis-client.ts';
import { retryDelayMs } from './retry-delay.ts';

export type QueueName = OutboxJob['queue'];

/** A job carries the id of its subject and nothing else: what is to be done stands in Postgres. */
export interface JobPayload {
  readonly subject: string;
}

interface Connected {
  getBackend(): { close(force?: boolean): Promise<void>; disconnect(): Promise<void> };
}

/** What both backends' queues can do and the jobs use. */
export type JobQueue = Pick<
  Queue<JobPayload, void>,
  'name' | 'add' | 'addBulk' | 'rateLimit' | 'obliterate' | 'waitUntilReady' | 'getJob' | 'getActive' | 'getJobCounts'
> &
  Connected & { on(event: 'error', listener: (error: Error) => void): unknown };
export type JobWorker = Pick<Worker<JobPayload, void>, 'name' | 'close' | 'waitUntilReady'> &
  Connected & {
    on(event: 'error', listener: (error: Error) => void): unknown;
    on(event: 'stalled', listener: (jobId: string) => void): unknown;
    on(event: 'failed', listener: (job: Job<JobPayload, void> | undefined, error: Error) => void): unknown;
  };
export type JobProcessor = (job: Job<JobPayload, void>) => Promise<void>;

export interface WorkerSettings {
  /** Jobs at a time. */
  readonly concurrency: number;
  /** A job whose worker has been silent for so long is handed to another one. */
  readonly lockMs?: number | undefined;
  /** How often silent workers are looked for. */
  readonly stalledCheckMs?: number | undefined;
  /** Waits before attempt 2, 3, ...; `retryDelayMs` when absent. */
  readonly retryDelay?: ((attemptsMade: number) => number) | undefined;
}

/** The only part that knows the backend. */
export interface QueueFactory {
  readonly backend: 'redis' | 'postgres';
  makeQueue(name: QueueName): JobQueue;
  makeWorker(name: QueueName, processor: JobProcessor, settings: WorkerSettings): JobWorker;
}

export interface QueueBackendOptions {
  /** Redis is used when given, Postgres otherwise. */
  readonly redisUrl?: string | undefined;
  readonly databaseUrl: string;
  /** The Postgres schema of the queue's own tables; created when missing. */
  readonly schema: string;
  /** What every Redis key begins with. */
  readonly prefix: string;
  readonly log: JobLog;
}

interface PostgresSettings {
  readonly connectionString: string;
  readonly options: string;
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
}

const CONNECT_MS = 3_000;

export async function openQueues(options: QueueBackendOptions): Promise<OpenQueues> {
  const { redisUrl } = options;
  const factory = redisUrl === undefined ? await postgresQueues(options) : await redisQueues(redisUrl, options.prefix);
  const queues = new OpenQueues(factory, options.log);
  await queues.ready();
  return queues;
}

async function redisQueues(url: string, prefix: string): Promise<QueueFactory> {
  await reachRedis(url);
  useEndingRedis();
  const { Queue, Worker } = withBackend(createRedisBackend);
  return {
    backend: 'redis',
    // A producer fails soon when Redis is away: the outbox keeps the job, and the sweeper adds it later.
    makeQueue: (name) =>
      new Queue<JobPayload, void>(name, {
        prefix,
        connection: { url, connectTimeout: CONNECT_MS, maxRetriesPerRequest: 1 },
      }),
    makeWorker: (name, processor, settings) =>
      new Worker<JobPayload, void>(name, processor, {
        ...workerOptions(settings),
        prefix,
        connection: { url, connectTimeout: CONNECT_MS, maxRetriesPerRequest: null },
      }),
  };
}

async function postgresQueues(options: QueueBackendOptions): Promise<QueueFactory> {
  const connection = postgresConnection(options.databaseUrl);
  await preparePostgres(connection, options.schema);
  const { Queue, Worker } = withBackend(createPostgresBackend);
  // Two connections a queue and a worker (which listens on one more): few enough for a small server, and kept
  // open, for a fresh one costs an order several milliseconds.
  const pool = { ...connection, schema: options.schema, max: 2, idleTimeoutMillis: 0 };
  return {
    backend: 'postgres',
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection: pool }),
    makeWorker: (name, processor, settings) =>
      new Worker<JobPayload, void>(name, processor, { ...workerOptions(settings), connection: pool }),
  };
}

function workerOptions(settings: WorkerSettings) {
  const retryDelay = settings.retryDelay ?? retryDelayMs;
  return {
    concurrency: settings.concurrency,
    lockDuration: settings.lockMs ?? 15_000,
    stalledInterval: settings.stalledCheckMs ?? 5_000,
    // A job is given up only when its worker died under it again and again.
    maxStalledCount: 5,
    // Never reached. Without some limit BullMQ does not look whether the queue has been held back by `rateLimit`.
    limiter: { max: 1_000_000, duration: 1_000 },
    settings: { backoffStrategy: (attemptsMade: number) => retryDelay(attemptsMade) },
  };
}

async function reachRedis(url: string): Promise<void> {
  const where = serverOf(url, ['redis:', 'rediss:'], 'REDIS_URL');
  const probe = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
  });
  let socketError: unknown;
  probe.on('error', (error) => {
    socketError ??= error;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw unavailable(
      'a Redis server',
      where,
      socketError ?? error,
      'Start it, or leave REDIS_URL unset to queue in Postgres.',
    );
  } finally {
    probe.disconnect();
  }
}

/** Creates or upgrades the queue's tables; BullMQ serialises this itself, by an advisory lock of the schema. */
async function preparePostgres(connection: PostgresSettings, schema: string): Promise<void> {
  const where = serverOf(connection.connectionString, ['postgres:', 'postgresql:'], 'DATABASE_URL');
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw unavailable(
      'a PostgreSQL server',
      where,
      error,
      'Start it, or leave DATABASE_URL unset to use the embedded one.',
    );
  }
  try {
    await runMigrations(client, schema);
  } finally {
    await client.end();
  }
}

/**
 * The queue does not wait for the disk. The log is written in order, so what a server crash can take back is only what
 * no later durable commit followed: an add that was not marked in the outbox yet, or a step of a job, which then runs again.
 */
const QUEUE_SESSION = '-c synchronous_commit=off';

/** BullMQ adds the search path to `options`. Options inside the URL would override both, so they are taken out. */
function postgresConnection(databaseUrl: string): PostgresSettings {
  const common = { application_name: 'signalman', connectionTimeoutMillis: CONNECT_MS, keepAlive: true };
  if (!URL.canParse(databaseUrl)) return { connectionString: databaseUrl, options: QUEUE_SESSION, ...common };
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  url.searchParams.delete('options');
  return {
    connectionString: url.href,
    options: options === null ? QUEUE_SESSION : `${options} ${QUEUE_SESSION}`,
    ...common,
  };
}

function serverOf(text: string, protocols: readonly string[], setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) {
    throw new ConfigError(
      `Expected ${setting} to be a URL that begins with "${protocols[0]}//", found something else (not shown: it may hold a password).`,
    );
  }
  return `${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

function unavailable(what: string, where: string, cause: unknown, next: string): UnavailableError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  const found = [code, message]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .replaceAll(/\s+/g, ' ');
  return new UnavailableError(`Expected ${what} at "${where}", found "${found}". ${next}`, { cause });
}
