/**
 * One trading worker per account: a session-level advisory lock on a connection of its own, which PostgreSQL lets go when
 * the process dies, however it dies. A process that is only stopped keeps its connection: its silence is what gives it
 * away, and whoever waits ends that connection and takes over. A holder whose database was away takes the lock again,
 * as long as nobody had it in between.
 *
 * Entry points: `acquireLease`, `findLeaseHolder`, `findRunningAccounts`. Invariants:
 * - each holder has a higher epoch than the one before, taken in the same step as the lock;
 * - `verify` says yes to the newest epoch only, on a proof that is younger than the silence after which another may take
 *   over: ask it right before every write to the broker, for a process never knows that it slept;
 * - `lost` fires on proof that somebody else has had the lease, and on nothing less; whoever can not know is told no by
 *   `verify` until it can.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import { applicationName } from './application-name.ts';
import type { Database } from './database.ts';
import { HeldLease, type Lease, type LeaseListener, leaveDiskAlone } from './held-lease.ts';
import { ensureLeaseTable, evict, findHolder, heldAccounts, type LeaseHolder, takeLease } from './lease-table.ts';
import { connectSql, errorCode, isAway, type Sql } from './sql.ts';

/** A holder that was just killed is still listed until the server has noticed. */
const DEFAULT_WAIT_MS = 3_000;
/** Orders wait for the lease when the database is back. */
const RETRY_SECONDS = 0.2;
const SOON_MS = 100;
const LATER_MS = 1_000;
/** Whoever has waited so long is a standby, and asks less often. */
const STANDBY_AFTER_MS = 3_000;
/** A holder that nobody has heard for so long is not there any more. */
const SILENCE_MS = 10_000;
/** Polls further apart than that prove no silence: the one who polls may have slept itself, or the server. */
const POLL_GAP_MS = 3_000;

export interface LeaseOptions extends LeaseListener {
  /** Who holds it; told at the first refusal and whenever the holder is another one. */
  readonly onWait?: (processId: number | undefined) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * `holder` says what this process is, e.g. `worker`. Waits up to `waitMs` for another holder to end; one who waits longer
 * than ten seconds (a standby: `Infinity`) takes the place of a holder that has fallen silent.
 */
export async function acquireLease(
  database: Pick<Database, 'url'>,
  account: string,
  holder: string,
  waitMs = DEFAULT_WAIT_MS,
  options: LeaseOptions = {},
): Promise<Lease> {
  const url = new URL(database.url);
  const name = applicationName(holder);
  url.searchParams.set('application_name', name);
  const connect = (onClose: () => void): Sql =>
    connectSql(url.href, { connections: 1, onClose, retrySeconds: RETRY_SECONDS });
  let lease: HeldLease | undefined;
  const sql = connect(() => lease?.onClosed(sql));
  try {
    await ensureLeaseTable(sql);
    // A process id alone may be another's on another machine.
    const own = `${name} ${randomUUID()}`;
    const epoch = await waitForLock(sql, account, own, waitMs, options);
    lease = new HeldLease({ sql, connect, account, holder: own, epoch, listener: options });
    await leaveDiskAlone(sql);
    return lease;
  } catch (error) {
    await (lease?.release() ?? sql.end({ timeout: 1 }));
    throw error;
  }
}

/** Who trades the account now; undefined when nobody does. */
export async function findLeaseHolder(
  { sql }: { readonly sql: Sql },
  account: string,
): Promise<LeaseHolder | undefined> {
  await ensureLeaseTable(sql);
  return findHolder(sql, account);
}

/** Accounts that somebody trades now, by the names of their leases. */
export async function findRunningAccounts({ sql }: { readonly sql: Sql }): Promise<readonly string[]> {
  await ensureLeaseTable(sql);
  return heldAccounts(sql);
}

async function waitForLock(
  sql: Sql,
  account: string,
  holder: string,
  waitMs: number,
  { onWait, signal }: LeaseOptions,
): Promise<number> {
  const begin = performance.now();
  const silence = new Silence();
  let seen: LeaseHolder | undefined;
  for (let isFirst = true; ; isFirst = false) {
    if (signal?.aborted) throw new UnavailableError(`Stopped while waiting for the lease of account "${account}".`);
    const waitedMs = performance.now() - begin;
    let isSoon = waitedMs < STANDBY_AFTER_MS;
    try {
      const epoch = await takeLease(sql, account, holder);
      if (epoch !== undefined) return epoch;
      const current = await findHolder(sql, account);
      if (isFirst || (current !== undefined && current.processId !== seen?.processId)) onWait?.(current?.processId);
      seen = current ?? seen;
      const heartbeatTime = current?.heartbeatTime ?? null;
      if (silence.isLong(heartbeatTime) && heartbeatTime !== null) {
        await evict(sql, account, heartbeatTime);
        isSoon = true;
      }
    } catch (error) {
      if (errorCode(error) === '42501') throw mayNotEnd(account, seen, error);
      if (waitedMs < STANDBY_AFTER_MS || !isAway(error)) throw error;
    }
    if (waitedMs >= waitMs) throw alreadyHeld(account, seen);
    await sleep(isSoon ? SOON_MS : LATER_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

function nameOf(holder: LeaseHolder | undefined): string {
  return holder?.processId === undefined ? 'Another worker' : `Another worker (pid ${holder.processId})`;
}

function mayNotEnd(account: string, holder: LeaseHolder | undefined, cause: unknown): UnavailableError {
  return new UnavailableError(
    `${nameOf(holder)} holds account "${account}" and is silent, but this database user may not end its connection: ` +
      `end that process, or connect as the same user.`,
    { cause },
  );
}

function alreadyHeld(account: string, holder: LeaseHolder | undefined): UnavailableError {
  return new UnavailableError(
    `${nameOf(holder)} is already trading account "${account}"; stop it first or wait for it to end.`,
  );
}

/** How long the same heartbeat has been seen, by this process's own clock and without a gap. */
class Silence {
  #heartbeatTime: number | null = null;
  #since = 0;
  #last = Number.NEGATIVE_INFINITY;

  isLong(heartbeatTime: number | null): boolean {
    const now = performance.now();
    if (heartbeatTime !== this.#heartbeatTime || now - this.#last > POLL_GAP_MS) this.#since = now;
    this.#heartbeatTime = heartbeatTime;
    this.#last = now;
    return heartbeatTime !== null && now - this.#since >= SILENCE_MS;
  }
}
