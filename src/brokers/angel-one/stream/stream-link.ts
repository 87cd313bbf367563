/**
 * A link that is kept: it dials, logs in through the token source, listens, and dials again until it is closed. Shared by
 * the market and the order stream. Entry points: `open`, `send`, `close`.
 *
 * Invariants: one socket at a time; between two tries lies a back-off, also when the broker takes us in only to throw us
 * out; tokens that the broker calls bad are given back once per answer, and at a door that stays shut tries become ever
 * rarer, so a storm of logins is impossible; after `close` has resolved there is neither timer nor socket. Nothing here throws but what a listener throws.
 */
import type WebSocket from 'ws';
import type { EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { AngelOneTokens, TokenSource } from '../settings.ts';
import { backOffMs, LINK_TIMINGS, type LinkTimings } from './link-timings.ts';
import { pause } from './pause.ts';
import { isShutDoor, refusalWords } from './refusal-words.ts';
import { ignoreLateError, liveOnce, type SocketEnd } from './socket-life.ts';

export interface LinkListener {
  onUp(time: EpochMs): void;
  /** Once per outage, also when the very first try fails. */
  onDown(time: EpochMs, reason: string): void;
  /** Any sign of life, told before the message that is one. */
  onHeard?(time: EpochMs): void;
  onBinary(data: Buffer): void;
  /** Without the heartbeat's `pong`. */
  onText(text: string): void;
  /** Several tries in a row ended at the door: `reason` says what a person can do. Once per outage; the link goes on trying. */
  onRefused(time: EpochMs, reason: string): void;
}

export interface LinkOptions {
  readonly url: string;
  readonly headersOf: (tokens: AngelOneTokens) => Readonly<Record<string, string>>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly listener: LinkListener;
  readonly timings?: Partial<LinkTimings> | undefined;
  /** At least 0, below 1. */
  readonly random: () => number;
}

/** Tries in a row that end at the door before a person is told. */
const REFUSALS_UNTIL_TOLD = 3;
/** At a door that stays shut the wait doubles with each try up to so many times the first. */
const LONGEST_REFUSED_TIMES = 16;
const BAD_TOKEN_STATUSES: readonly (number | undefined)[] = [401, 403];

export class StreamLink {
  readonly #options: LinkOptions;
  readonly #timings: LinkTimings;
  #closing: AbortController | undefined;
  #running: Promise<void> | undefined;
  #socket: WebSocket | undefined;
  #failures = 0;
  #refusals = 0;
  #isToldDown = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#timings = { ...LINK_TIMINGS, ...options.timings };
  }

  get isOpen(): boolean {
    return this.#running !== undefined;
  }

  get isUp(): boolean {
    return this.#socket !== undefined;
  }

  /** Begins to dial; does nothing while the link is open. */
  open(): void {
    if (this.#running !== undefined) return;
    const closing = new AbortController();
    this.#closing = closing;
    this.#failures = 0;
    this.#refusals = 0;
    this.#isToldDown = false;
    this.#running = this.#run(closing.signal);
  }

  /** False: the link is down. */
  send(text: string): boolean {
    if (this.#socket === undefined) return false;
    this.#socket.send(text, ignoreLateError);
    return true;
  }

  async close(): Promise<void> {
    this.#closing?.abort();
    await this.#running;
    this.#running = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const tokens = await this.#tokens(signal);
      if (signal.aborted) return;
      if (tokens !== undefined) {
        const startedAt = performance.now();
        const end = await this.#live(tokens, signal);
        if (signal.aborted) return;
        this.#judge(end, tokens, performance.now() - startedAt);
      }
      await pause(this.#backOffMs(), signal);
    }
  }

  #backOffMs(): number {
    const waitMs = backOffMs(this.#failures, this.#timings, this.#options.random);
    if (this.#refusals < REFUSALS_UNTIL_TOLD) return waitMs;
    const times = Math.min(LONGEST_REFUSED_TIMES, 2 ** Math.min(this.#refusals - REFUSALS_UNTIL_TOLD, 30));
    return Math.max(waitMs, this.#timings.refusedBackOffMs * times);
  }

  async #tokens(signal: AbortSignal): Promise<AngelOneTokens | undefined> {
    try {
      return await orAborted(this.#options.tokens.tokens(signal), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#failures += 1;
      const reason = error instanceof Error ? error.message : 'the login failed';
      this.#tellDown(reason);
      // What hinders a login says itself what to do.
      this.#countRefusal(reason);
      return undefined;
    }
  }

  #live(tokens: AngelOneTokens, signal: AbortSignal): Promise<SocketEnd> {
    const { url, headersOf, listener, clock } = this.#options;
    const onHeard = listener.onHeard?.bind(listener);
    return liveOnce(
      url,
      headersOf(tokens),
      {
        onOpen: (socket) => {
          this.#socket = socket;
          this.#isToldDown = false;
          this.#refusals = 0;
          listener.onUp(clock.now());
        },
        onHeard: onHeard ? () => onHeard(clock.now()) : () => {},
        onBinary: (data) => listener.onBinary(data),
        onText: (text) => {
          if (!isHeartbeat(text)) listener.onText(text);
        },
      },
      this.#timings,
      signal,
    ).finally(() => {
      this.#socket = undefined;
    });
  }

  #judge({ reason, wasOpen, status }: SocketEnd, tokens: AngelOneTokens, livedMs: number): void {
    this.#failures = wasOpen && livedMs >= this.#timings.stableMs ? 1 : this.#failures + 1;
    this.#tellDown(reason);
    if (BAD_TOKEN_STATUSES.includes(status)) this.#options.tokens.invalidate(tokens);
    if (isShutDoor(status)) this.#countRefusal(refusalWords(status, reason));
  }

  #tellDown(reason: string): void {
    if (this.#isToldDown) return;
    this.#isToldDown = true;
    this.#options.listener.onDown(this.#options.clock.now(), reason);
  }

  #countRefusal(reason: string): void {
    this.#refusals += 1;
    if (this.#refusals !== REFUSALS_UNTIL_TOLD) return;
    this.#options.listener.onRefused(this.#options.clock.now(), reason);
  }
}

/** The broker answers `pong`; single NUL bytes have been seen in its place. */
export function isHeartbeat(text: string): boolean {
  return text === 'pong' || text === '\0' || text === '';
}

/** A source that does not watch the signal does not hold up a close. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new Error('closed'));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
