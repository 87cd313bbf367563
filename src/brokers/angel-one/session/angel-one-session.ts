/**
 * The session with Angel One: one login for all who ask, at most one a second, none after the broker has said that it is of
 * no use. Tokens end at midnight IST; older ones are never used. Entry points: `tokens`, `invalidate`, `logout`.
 */
import { generate } from 'otplib';
import { dayOf, HOUR_MS, SECOND_MS } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
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

export class AngelOneSession implements TokenSource {
  readonly #options: SessionOptions;
  #held: StoredTokens | undefined;
  #arriving: Promise<AngelOneTokens> | undefined;
  #usedStep = Number.NEGATIVE_INFINITY;
  #lastLogin = Number.NEGATIVE_INFINITY;
  #halt: string | undefined;
  #hasLooked = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  tokens(): Promise<AngelOneTokens> {
    const held = this.#usable();
    if (held && !this.#isOld(held)) return Promise.resolve(held.tokens);
    this.#arriving ??= this.#arrive(held).finally(() => {
      this.#arriving = undefined;
    });
    return this.#arriving;
  }

  invalidate(tokens: AngelOneTokens): void {
    if (this.#held?.tokens.jwt === tokens.jwt) this.#held = undefined;
  }

  async logout(): Promise<void> {
    if (this.#usable()) await this.#options.calls.logout(this.#options.credentials.clientCode);
    this.#held = undefined;
    await this.#options.store?.clear();
  }

  #usable(): StoredTokens | undefined {
    const { clock } = this.#options;
    if (this.#held && dayOf(this.#held.time) !== dayOf(clock.now())) this.#held = undefined;
    return this.#held;
  }

  #isOld({ time }: StoredTokens): boolean {
    const { clock, refreshAfterMs = REFRESH_AFTER_MS } = this.#options;
    return clock.now() - time >= refreshAfterMs;
  }

  async #arrive(old: StoredTokens | undefined): Promise<AngelOneTokens> {
    if (this.#halt !== undefined) throw new Error(this.#halt);
    const stored = await this.#stored();
    if (stored) return stored.tokens;
    if (old) {
      const outcome = await this.#options.calls.refresh(old.tokens.refresh);
      if (outcome.kind === 'done') return this.#hold(outcome.value);
      // Not proven dead: the old ones are good until the broker says otherwise, or midnight.
      if (outcome.kind !== 'session' && outcome.kind !== 'refused') return old.tokens;
    }
    return this.#login();
  }

  /** What an earlier start has left, looked at once. */
  async #stored(): Promise<StoredTokens | undefined> {
    const { store, clock } = this.#options;
    if (this.#hasLooked || !store) return undefined;
    this.#hasLooked = true;
    const stored = await store.load();
    if (!stored || dayOf(stored.time) !== dayOf(clock.now()) || stored.time > clock.now() || this.#isOld(stored)) {
      return undefined;
    }
    this.#held = stored;
    return stored;
  }

  async #login(): Promise<AngelOneTokens> {
    const { clock, credentials, calls } = this.#options;
    let totpTries = 0;
    let reason = '';
    for (let tries = 0; tries < MOST_TRIES; ) {
      await clock.sleepUntil(Math.max(this.#lastLogin + SECOND_MS, (this.#usedStep + 1) * TOTP_STEP_MS));
      const now = clock.now();
      this.#lastLogin = now;
      this.#usedStep = Math.floor(now / TOTP_STEP_MS);
      const totp = await generate({ secret: credentials.totpSecret, epoch: Math.floor(now / SECOND_MS) });
      const outcome = await calls.login({ clientCode: credentials.clientCode, mpin: credentials.mpin, totp });
      if (outcome.kind === 'done') return this.#hold(outcome.value);
      reason = outcome.kind === 'throttled' ? 'the broker throttles logins' : outcome.reason;
      if (outcome.kind === 'refused') {
        totpTries += 1;
        if (outcome.code !== WRONG_TOTP || totpTries >= MOST_TOTP_TRIES) throw this.#stop(reason, outcome.code);
      }
      tries += 1;
    }
    throw new Error(`No session with Angel One: ${reason}`);
  }

  async #hold(tokens: AngelOneTokens): Promise<AngelOneTokens> {
    const feed = tokens.feed === '' ? (this.#held?.tokens.feed ?? '') : tokens.feed;
    const held = { tokens: { ...tokens, feed }, time: this.#options.clock.now() };
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
