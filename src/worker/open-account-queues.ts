import type { Env } from '../config/env.ts';
import { hashHex } from '../core/hash.ts';
import type { Database } from '../db/database.ts';
import type { OpenQueues } from '../jobs/open-queues.ts';
import { openQueues } from '../jobs/queue-backend.ts';
import type { Logger } from '../logging/logger.ts';

/** The queues of one account: accounts of two installations may share a Redis. */
export function openAccountQueues(env: Env, account: string, database: Database, log: Logger): Promise<OpenQueues> {
  return openQueues({
    redisUrl: env.redisUrl ?? undefined,
    databaseUrl: database.url,
    schema: `${account}_queue`,
    prefix: `signalman-${hashHex(env.databaseUrl ?? env.stateFolder).slice(0, 12)}-${account}`,
    log,
  });
}
