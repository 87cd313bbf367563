/**
 * One trading worker per account: a session-level advisory lock on a connection of its own, which PostgreSQL lets go when
 * the process dies, however it dies.
 *
 * Entry point: `acquireLease`. Invariant: whoever holds a `Lease` whose `lost` has not fired is the only holder.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import { advisoryKey } from './advisory-key.ts';
import { applicationName, processOf } from './application-name.ts';
import type { Database } from './database.ts';
import { connectSql, type Sql } from './sql.ts';

const RETRY_MS = 100;
/** A holder that was just killed is still listed until the server has noticed. */
const DEFAULT_WAIT_MS = 3_000;

export interface Lease {
  /** Fires when the connection that carries the lease ends: stop trading at once, another worker may have it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** `holder` says what this process is, e.g. `worker`. Waits up to `waitMs` for another holder to end. */
export async function acquireLease(
  database: Pick<Database, 'url'>,
  account: string,
  holder: string,
  waitMs = DEFAULT_WAIT_MS,
): Promise<Lease> {
  const loss = new AbortController();
  let isReleased = false;
  const url = new URL(database.url);
  url.searchParams.set('application_name', applicationName(holder));
  const sql = connectSql(url.href, { connections: 1, onClose: () => isReleased || loss.abort() });
  const release = async (): Promise<void> => {
    isReleased = true;
    await sql.end({ timeout: 1 });
  };
  try {
    await waitForLock(sql, account, waitMs);
  } catch (error) {
    await release();
    throw error;
  }
  return { lost: loss.signal, release };
}

async function waitForLock(sql: Sql, account: string, waitMs: number): Promise<void> {
  const key = advisoryKey(`signalman lease ${account}`);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const [attempt] = await sql<{ isHeld: boolean }[]>`select pg_try_advisory_lock(${key}::bigint) as "isHeld"`;
    if (attempt?.isHeld) return;
    if (performance.now() >= deadline) {
      const pid = await holderOf(sql, key);
      const who = pid === undefined ? 'Another worker' : `Another worker (pid ${pid})`;
      throw new UnavailableError(
        `${who} is already trading account "${account}"; stop it first or wait for it to end.`,
      );
    }
    await sleep(RETRY_MS);
  }
}

/** The process behind the lock, by the name of its connection. */
async function holderOf(sql: Sql, key: string): Promise<number | undefined> {
  const rows = await sql<{ name: string }[]>`
    select application_name as name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and objsubid = 1
      and pg_locks.database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = ${key}::bigint`;
  return rows[0] && processOf(rows[0].name);
}
