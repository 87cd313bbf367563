/**
 * The session with Angel One: one login for all who ask, at most one a second, none after the broker has said that it is of
 * no use. Tokens end at midnight IST; older ones are never used. Entry points: `tokens`, `invalidate`, `logout`, `close`.
 *
 * Invariants: tokens are dated by the moment they were asked for, so none outlives the midnight after it; while a refresh
 * is under way or has just failed the old ones are handed out; fresh tokens that are called invalid again and again are
 * kept for a while, so that nobody's complaints make a storm of logins.
 */
import { generate } from 'otplib';
import { dayOf, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SessionStanding } from '../../../ports/login-desk.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import type { AngelOneCredentials, AngelOneTokens, TokenSource } from '../settings.ts';
import type { StoredTokens } from './sealed-tokens.ts';

/** The broker's side of a session. */
export interface SessionCalls {
  login(credentials: { clientCode: string; mpin: string; totp: string }): Promise<Outcome<AngelOneTokens>>;
  refresh(refreshToken: string): Promise<Outcome<AngelOneTokens>>;
  logout(clientCode: string): Promise<Outcome<null>>;
}

export interface SessionOptions {
  readonly credentials: AngelOneCredentials;
  readonly calls: SessionCalls;
  readonly clock: Clock;
  /** Tokens older than this are refreshed before they are handed out. */
  readonly refreshAfterMs?: number;
  /** Keeps the day's tokens between two starts; without it each start logs in. */
  readonly store?: TokenStore;
  /** The broker will not let us in: one clear line, told once. */
  readonly onHalt: (reason: string) => void;
  /** Logins are taken, but what they give is called invalid. */
  readonly onTrouble?: ((text: string) => void) | undefined;
}

export interface TokenStore {
  load(): Promise<StoredTokens | undefined>;
  save(stored: StoredTokens): Promise<void>;
  clear(): Promise<void>;
}

const REFRESH_AFTER_MS = 5 * HOUR_MS;
const TOTP_STEP_MS = 30 * SECOND_MS;
const MOST_TRIES = 3;
const WRONG_TOTP = 'AB1050';
/** Where the broker's own words do not say what to do. */
const ADVICE: Readonly<Record<string, string>> = {
  AB1007: ': check ANGEL_CLIENT_CODE and ANGEL_MPIN, the four digits and not the web password',
};
const MOST_TOTP_TRIES = 2;
/** A refresh that failed is tried again after this long; the old tokens are good meanwhile. */
const REFRESH_AGAIN_MS = 5 * MINUTE_MS;
/** Tokens called invalid within this long are a loss; after so many losses they are kept that long all the same. */
const FRESH_MS = 5 * MINUTE_MS;
const MOST_FRESH_LOSSES = 3;
const LOSSES = `Angel One calls fresh logins invalid, ${MOST_FRESH_LOSSES} in a row: another program may log in with this account, end it; until then logins are ${FRESH_MS / MINUTE_MS} minutes apart`;

export class AngelOneSession implements TokenSource {
  readonly #options: SessionOptions;
  readonly #closing = new AbortController();
  #held: StoredTokens | undefined;
  #arriving: Promise<AngelOneTokens> | undefined;
  #usedStep = Number.NEGATIVE_INFINITY;
  #lastLogin = Number.NEGATIVE_INFINITY;
  #refreshAgainFrom = Number.NEGATIVE_INFINITY;
  #freshLosses = 0;
  #isLossTold = false;
  #halt: string | undefined;
  #hasLooked = false;
  #isEnding = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Only a person can help: nothing is tried any more. */
  get isHalted(): boolean {
    return this.#halt !== undefined;
  }

  /** When the tokens of now are due for a refresh; undefined without any. */
  get refreshTime(): EpochMs | undefined {
    const held = this.#usable();
    return held && Math.max(this.#dueTime(held), this.#refreshAgainFrom);
  }

  get standing(): SessionStanding {
    if (this.#halt !== undefined) return { kind: 'halted', reason: this.#halt };
    const held = this.#usable();
    return held === undefined ? { kind: 'none' } : { kind: 'open', since: held.time };
  }

  tokens(): Promise<AngelOneTokens> {
    const held = this.#usable();
    if (this.#isEnding) return held ? Promise.resolve(held.tokens) : Promise.reject(new Error('The session has ended'));
    if (held && (this.#arriving || !this.#isDue(held))) return Promise.resolve(held.tokens);
    this.#arriving ??= this.#arrive(held).finally(() => {
      this.#arriving = undefined;
    });
    return this.#arriving;
  }

  invalidate(tokens: AngelOneTokens): void {
    const held = this.#held;
    if (held === undefined || held.tokens.jwt !== tokens.jwt) return;
    if (this.#options.clock.now() - held.time >= FRESH_MS) {
      this.#freshLosses = Math.max(0, this.#freshLosses - 1);
      this.#isLossTold &&= this.#freshLosses > 0;
    } else if (this.#freshLosses === MOST_FRESH_LOSSES) {
      return;
    } else {
      this.#freshLosses += 1;
      if (this.#freshLosses === MOST_FRESH_LOSSES) this.#tellLosses();
    }
    this.#held = undefined;
  }

  /** Ends the session at the broker and forgets it, whatever the broker says; nobody logs in for that. */
  async logout(): Promise<Outcome<null>> {
    while (this.#arriving) await this.#arriving.catch(() => undefined);
    this.#isEnding = true;
    try {
      if (!this.#usable()) return { kind: 'done', value: null };
      return await this.#options.calls.logout(this.#options.credentials.clientCode);
    } finally {
      this.#isEnding = false;
      this.#held = undefined;
      await this.#options.store?.clear();
    }
  }

  /** A login that waits for its moment is given up; the broker keeps the session. */
  close(): void {
    this.#closing.abort();
  }

  #tellLosses(): void {
    if (this.#isLossTold) return;
    this.#isLossTold = true;
    this.#options.onTrouble?.(LOSSES);
  }

  #usable(): StoredTokens | undefined {
    const { clock } = this.#options;
    if (this.#held && dayOf(this.#held.time) !== dayOf(clock.now())) this.#held = undefined;
    return this.#held;
  }

  #dueTime({ time }: StoredTokens): EpochMs {
    return time + (this.#options.refreshAfterMs ?? REFRESH_AFTER_MS);
  }

  #isDue(held: StoredTokens): boolean {
    const now = this.#options.clock.now();
    return now >= this.#dueTime(held) && now >= this.#refreshAgainFrom;
  }

  async #arrive(held: StoredTokens | undefined): Promise<AngelOneTokens> {
    if (this.#halt !== undefined) throw new Error(this.#halt);
    const old = held ?? (await this.#stored());
    if (old && !this.#isDue(old)) return old.tokens;
    return (old && (await this.#refresh(old))) ?? this.#login();
  }

  /** Undefined: only a login helps. */
  async #refresh(old: StoredTokens): Promise<AngelOneTokens | undefined> {
    const { clock, calls } = this.#options;
    const time = clock.now();
    const outcome = await calls.refresh(old.tokens.refresh);
    if (outcome.kind === 'done') return this.#hold(outcome.value, time);
    this.#refreshAgainFrom = clock.now() + REFRESH_AGAIN_MS;
    const isProvenDead = outcome.kind === 'session' || outcome.kind === 'refused' || this.#usable() !== old;
    return isProvenDead ? undefined : old.tokens;
  }

  /** What an earlier start has left, looked at once. */
  async #stored(): Promise<StoredTokens | undefined> {
    const { store, clock } = this.#options;
    if (this.#hasLooked || !store) return undefined;
    this.#hasLooked = true;
    const stored = await store.load();
    if (!stored || dayOf(stored.time) !== dayOf(clock.now()) || stored.time > clock.now()) return undefined;
    this.#held = stored;
    return stored;
  }

  async #login(): Promise<AngelOneTokens> {
    const { clock, credentials, calls } = this.#options;
    let totpTries = 0;
    let reason = '';
    for (let tries = 0; tries < MOST_TRIES; ) {
      const from = Math.max(this.#lastLogin + SECOND_MS, (this.#usedStep + 1) * TOTP_STEP_MS);
      await clock.sleepUntil(from, this.#closing.signal);
      if (this.#closing.signal.aborted) throw new Error('The session was closed');
      const now = clock.now();
      this.#lastLogin = now;
      this.#usedStep = Math.floor(now / TOTP_STEP_MS);
      const totp = await generate({ secret: credentials.totpSecret, epoch: Math.floor(now / SECOND_MS) });
      const outcome = await calls.login({ clientCode: credentials.clientCode, mpin: credentials.mpin, totp });
      if (outcome.kind === 'done') return this.#hold(outcome.value, now);
      reason = outcome.kind === 'throttled' ? 'the broker throttles logins' : outcome.reason;
      if (outcome.kind === 'refused') {
        totpTries += 1;
        if (outcome.code !== WRONG_TOTP || totpTries >= MOST_TOTP_TRIES) throw this.#stop(reason, outcome.code);
      }
      tries += 1;
    }
    throw new Error(`No session with Angel One: ${reason}`);
  }

  async #hold(tokens: AngelOneTokens, time: EpochMs): Promise<AngelOneTokens> {
    const feed = tokens.feed === '' ? (this.#held?.tokens.feed ?? '') : tokens.feed;
    const held = { tokens: { ...tokens, feed }, time };
    this.#held = held;
    // Tokens that could not be kept cost one login more at the next start, nothing else.
    await this.#options.store?.save(held).catch(() => undefined);
    return held.tokens;
  }

  #stop(reason: string, code: string): Error {
    this.#halt = `Angel One refused the login: ${reason} (${code})${ADVICE[code] ?? ''}`;
    this.#options.onHalt(this.#halt);
    return new Error(this.#halt);
  }
}
