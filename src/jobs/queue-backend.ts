/**
 * Queues and their workers over one of two backends: Redis when a URL is given, else BullMQ's own tables in Postgres.
 *
 * - `openQueues(options)` proves the backend reachable (a one-line `UnavailableError` otherwise) and prepares it.
 * - Past this file the code is the same on both: no caller asks which backend it has.
 * - The connections belong to BullMQ. A password never leaves the connection options.
 */
import type { JobLog } from './job-log.ts';
import { OpenQueues } from './open-queues.ts';
import { postgresQueues } from './postgres-queues.ts';
import { redisQueues } from './redis-queues.ts';

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

export async function openQueues(options: QueueBackendOptions): Promise<OpenQueues> {
  const { redisUrl, databaseUrl, schema, prefix, log } = options;
  const factory =
    redisUrl === undefined ? await postgresQueues(databaseUrl, schema) : await redisQueues(redisUrl, prefix);
  const queues = new OpenQueues(factory, log);
  await queues.ready();
  return queues;
}
