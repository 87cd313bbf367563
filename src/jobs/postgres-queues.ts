import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import { type JobPayload, type QueueFactory, workerOptions } from './queue-factory.ts';
import { CONNECT_MS, serverOf, unavailable } from './queue-server.ts';

interface PostgresSettings {
  readonly connectionString: string;
  readonly options: string;
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
}

export async function postgresQueues(databaseUrl: string, schema: string): Promise<QueueFactory> {
  const connection = postgresConnection(databaseUrl);
  await preparePostgres(connection, schema);
  const { Queue, Worker } = withBackend(createPostgresBackend);
  // Two connections a queue and a worker (which listens on one more): few enough for a small server, and kept
  // open, for a fresh one costs an order several milliseconds.
  const pool = { ...connection, schema, max: 2, idleTimeoutMillis: 0 };
  return {
    backend: 'postgres',
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection: pool }),
    makeWorker: (name, processor, settings) =>
      new Worker<JobPayload, void>(name, processor, { ...workerOptions(settings), connection: pool }),
  };
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
