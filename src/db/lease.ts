/**
 * One trading worker per account: a session-level advisory lock on a connection of its own, which PostgreSQL lets go when
 * the process dies, however it dies. A process that is only stopped keeps its connection: its silence is what gives it
 * away, and whoever waits ends that connection and takes over.
 *
 * Entry points: `acquireLease`, `findLeaseHolder`, `findRunningAccounts`. Invariants:
 * - each holder has a higher epoch than the one before, taken in the same step as the lock;
 * - `verify` says yes to the newest epoch only, on a proof that is younger than the silence after which another may take
 *   over: ask it right before every write to the broker, for a process never knows that it slept;
 * - whoever holds a `Lease` whose `lost` has not fired was the only holder at its last heartbeat.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import { applicationName } from './application-name.ts';
import type { Database } from './database.ts';
import {
  beat,
  ensureLeaseTable,
  evict,
  findHolder,
  heldAccounts,
  isNewest,
  type LeaseHolder,
  takeLease,
} from './lease-table.ts';
import { connectSql, errorCode, type Sql } from './sql.ts';

/** A holder that was just killed is still listed until the server has noticed. */
const DEFAULT_WAIT_MS = 3_000;
const SOON_MS = 100;
const LATER_MS = 1_000;
/** Whoever has waited so long is a standby, and asks less often. */
const STANDBY_AFTER_MS = 3_000;
const HEARTBEAT_MS = 2_000;
/** A holder that nobody has heard for so long is not there any more. */
const SILENCE_MS = 10_000;
/** A holder whose heartbeats get no answer gives up before anybody else may take over. */
const PATIENCE_MS = 7_000;
/** Polls further apart than that prove no silence: the one who polls may have slept itself, or the server. */
const POLL_GAP_MS = 3_000;
const PROOF_MS = 2_000;
const PROOF_ATTEMPTS = 3;
/** The server is restarting: a standby waits for it, too. */
const PASSING = new Set([
  '57P01',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'CONNECTION_CLOSED',
  'CONNECT_TIMEOUT',
]);

export interface Lease {
  /** Higher than that of every holder before. */
  readonly epoch: number;
  /** Fires when the lease is not held any more: stop trading at once, another worker may have it. */
  readonly lost: AbortSignal;
  /** One round trip: is this still the newest epoch? Fires `lost` when it is not. No answer in time is a no, too. */
  verify(): Promise<boolean>;
  release(): Promise<void>;
}

export interface LeaseWait {
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
  wait: LeaseWait = {},
): Promise<Lease> {
  let lease: HeldLease | undefined;
  const url = new URL(database.url);
  const name = applicationName(holder);
  url.searchParams.set('application_name', name);
  const sql = connectSql(url.href, { connections: 1, onClose: () => lease?.lose() });
  try {
    await ensureLeaseTable(sql);
    lease = new HeldLease(sql, account, await waitForLock(sql, account, name, waitMs, wait));
    // What a crash of the server forgets, the session's lock does as well: heartbeats need not reach the disk.
    await sql`select set_config('synchronous_commit', 'off', false)`;
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
  { onWait, signal }: LeaseWait,
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
      if (waitedMs < STANDBY_AFTER_MS || !PASSING.has(errorCode(error) ?? '')) throw error;
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

class HeldLease implements Lease {
  readonly epoch: number;
  readonly #sql: Sql;
  readonly #account: string;
  readonly #loss = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #answered = new Moment();
  #isBeating = false;
  #isReleased = false;

  constructor(sql: Sql, account: string, epoch: number) {
    this.#sql = sql;
    this.#account = account;
    this.epoch = epoch;
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  get lost(): AbortSignal {
    return this.#loss.signal;
  }

  async verify(): Promise<boolean> {
    for (let attempt = 1; attempt <= PROOF_ATTEMPTS; attempt += 1) {
      if (this.#isOver) return false;
      const asked = new Moment();
      const isHeld = await isNewest(this.#sql, this.#account, this.epoch).catch(() => false);
      if (!isHeld) this.lose();
      if (this.#isOver) return false;
      // The answer may have lain in the socket while this process slept.
      if (asked.ageMs <= PROOF_MS) return true;
    }
    return false;
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    clearInterval(this.#timer);
    await this.#sql.end({ timeout: 1 });
  }

  lose(): void {
    if (this.#isOver) return;
    clearInterval(this.#timer);
    this.#loss.abort();
    // A connection that does not answer would keep the lock for as long as it lasts.
    void this.#sql.end({ timeout: 0 }).catch(() => undefined);
  }

  get #isOver(): boolean {
    return this.#isReleased || this.#loss.signal.aborted;
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) {
      if (this.#answered.ageMs > PATIENCE_MS) this.lose();
      return;
    }
    const asked = new Moment();
    this.#isBeating = true;
    const isHeld = await beat(this.#sql, this.#account, this.epoch).catch(() => false);
    this.#isBeating = false;
    this.#answered = asked;
    if (!isHeld) this.lose();
  }
}

/** A point in time whose age counts sleep: of the process by the one clock, of the machine by the other. */
class Moment {
  readonly #ticks = performance.now();
  readonly #time = Date.now();

  get ageMs(): number {
    return Math.max(performance.now() - this.#ticks, Date.now() - this.#time);
  }
}
