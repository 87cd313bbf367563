import { setTimeout as sleep } from 'node:timers/promises';
import { beat, endOwnSession, isNewest, takeBack } from './lease-table.ts';
import type { Sql } from './sql.ts';

export interface Lease {
  /** Higher than that of every holder before, and higher again after the database was away. */
  readonly epoch: number;
  /** Fires when another has had the lease: stop trading at once. */
  readonly lost: AbortSignal;
  /** One round trip: is this still the newest epoch? No answer in time is a no, too. */
  verify(): Promise<boolean>;
  release(): Promise<void>;
}

export interface LeaseListener {
  /** The database can not be asked for the lease: until `onBack` nothing may be written to the broker. */
  readonly onAway?: () => void;
  /** It is held again; `awayMs` is how long nothing was heard of the database. */
  readonly onBack?: (awayMs: number) => void;
}

export interface HeldLeaseOptions {
  /** The session that has taken the lock. */
  readonly sql: Sql;
  readonly connect: (onClose: () => void) => Sql;
  readonly account: string;
  readonly holder: string;
  readonly epoch: number;
  readonly listener: LeaseListener;
}

const HEARTBEAT_MS = 2_000;
/** A holder whose heartbeats get no answer gives up its connection before anybody else may take over. */
const PATIENCE_MS = 7_000;
const AGAIN_MS = 200;
/** Where asking may work and hearing does not, a standby, which asks every second, must come in between. */
const SILENT_AGAIN_MS = 2_500;
const PROOF_MS = 2_000;
const PROOF_ATTEMPTS = 3;

export class HeldLease implements Lease {
  readonly #options: HeldLeaseOptions;
  readonly #loss = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #sql: Sql;
  #epoch: number;
  /** Between a connection that broke or fell silent and a lock that is ours again. */
  #isAway = false;
  #answered = new Moment();
  #isBeating = false;
  #isReleased = false;

  constructor(options: HeldLeaseOptions) {
    this.#options = options;
    this.#sql = options.sql;
    this.#epoch = options.epoch;
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get lost(): AbortSignal {
    return this.#loss.signal;
  }

  async verify(): Promise<boolean> {
    for (let attempt = 1; attempt <= PROOF_ATTEMPTS; attempt += 1) {
      const sql = this.#sql;
      if (this.#isOver || this.#isAway) return false;
      const asked = new Moment();
      const isHeld = await isNewest(sql, this.#options.account, this.#epoch).catch(() => false);
      if (!isHeld) this.#doubt(sql);
      if (this.#isOver || this.#isAway || sql !== this.#sql) return false;
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

  onClosed(sql: Sql): void {
    this.#doubt(sql);
  }

  get #isOver(): boolean {
    return this.#isReleased || this.#loss.signal.aborted;
  }

  async #beat(): Promise<void> {
    const sql = this.#sql;
    if (this.#isAway) return;
    if (this.#isBeating) {
      if (this.#answered.ageMs > PATIENCE_MS) this.#doubt(sql);
      return;
    }
    const asked = new Moment();
    this.#isBeating = true;
    const isHeld = await beat(sql, this.#options.account, this.#epoch).catch(() => false);
    if (sql !== this.#sql) return;
    this.#isBeating = false;
    this.#answered = asked;
    if (!isHeld) this.#doubt(sql);
  }

  /** A session that was given up before says nothing of the one there is. */
  #doubt(sql: Sql): void {
    if (this.#isOver || this.#isAway || sql !== this.#sql) return;
    this.#isAway = true;
    this.#options.listener.onAway?.();
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    for (;;) {
      // A connection that does not answer would keep the lock for as long as it lasts.
      void this.#sql.end({ timeout: 0 }).catch(() => undefined);
      if (this.#isOver) return;
      const sql = this.#options.connect(() => this.onClosed(sql));
      this.#sql = sql;
      const late = sleep(PATIENCE_MS, 'silent' as const, { ref: false });
      const taken = await Promise.race([this.#takeBack(sql), late]).catch(() => 'later' as const);
      if (taken === 'taken') return this.#lose();
      if (typeof taken === 'number' && !this.#isOver) return this.#resume(taken);
      await sleep(taken === 'silent' ? SILENT_AGAIN_MS : AGAIN_MS, undefined, { ref: false });
    }
  }

  async #takeBack(sql: Sql): Promise<number | 'taken' | 'later'> {
    const { account, holder } = this.#options;
    const taken = await takeBack(sql, account, holder);
    if (taken === 'later') await endOwnSession(sql, account, holder);
    if (typeof taken === 'number') await leaveDiskAlone(sql);
    return taken;
  }

  #resume(epoch: number): void {
    const awayMs = this.#answered.ageMs;
    this.#epoch = epoch;
    this.#answered = new Moment();
    this.#isBeating = false;
    this.#isAway = false;
    this.#options.listener.onBack?.(awayMs);
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#loss.abort();
    void this.#sql.end({ timeout: 0 }).catch(() => undefined);
  }
}

/** What a crash of the server forgets, the session's lock does as well: heartbeats need not reach the disk. */
export async function leaveDiskAlone(sql: Sql): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', false)`;
}

/** A point in time whose age counts sleep: of the process by the one clock, of the machine by the other. */
class Moment {
  readonly #ticks = performance.now();
  readonly #time = Date.now();

  get ageMs(): number {
    return Math.max(performance.now() - this.#ticks, Date.now() - this.#time);
  }
}
