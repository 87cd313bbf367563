/**
 * Angel One's orders as an `OrderFeed`: the stream hints, the books prove. Entry point: `OrderWatch`.
 *
 * Invariants: at most one look into the books at a time, and one more when something came meanwhile; a look that fails is
 * repeated until it succeeds; the books are looked at on every connect, while an order works, whenever a frame says more
 * than it proves, and when asked. After `close` has resolved nothing is told and neither timer nor socket is left.
 */
import { UnavailableError } from '../../../core/errors.ts';
import type { BrokerBook } from '../../../ports/broker.ts';
import type { OrderFeed, OrderFeedListener } from '../../../ports/order-feed.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import { backOffMs } from '../stream/link-timings.ts';
import { pause } from '../stream/pause.ts';
import { OrderStream, type OrderStreamOptions } from './order-stream.ts';
import { OrderTeller } from './order-teller.ts';

export interface WatchTimings {
  /** While an order works the books are looked at this often, whatever the stream says. */
  readonly pollMs: number;
  readonly shortestRetryMs: number;
  readonly longestRetryMs: number;
}

export interface OrderWatchOptions extends Omit<OrderStreamOptions, 'listener'> {
  /** The books, within the budget. */
  readonly orders: () => Promise<Outcome<BrokerBook>>;
  /** Whether an order of ours may still change at the broker. */
  readonly hasWorking: () => boolean;
  readonly listener: OrderFeedListener;
  readonly pollTimings?: Partial<WatchTimings>;
  /** For a person: books that can not be read, two orders under one tag. Each told once. */
  readonly onTrouble?: (text: string) => void;
}

export interface WatchCounts {
  /** Frames and rows of orders that are not ours. */
  readonly foreign: number;
  readonly malformed: number;
  readonly polls: number;
  readonly failedPolls: number;
}

interface Waiter {
  readonly number: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const WATCH_TIMINGS: WatchTimings = { pollMs: 30_000, shortestRetryMs: 500, longestRetryMs: 30_000 };
const FAILURES_UNTIL_TOLD = 3;

export class OrderWatch implements OrderFeed {
  readonly #options: OrderWatchOptions;
  readonly #timings: WatchTimings;
  readonly #teller: OrderTeller;
  readonly #stream: OrderStream;
  readonly #closing = new AbortController();
  readonly #pollTimer: NodeJS.Timeout;
  readonly #counts = { malformed: 0, polls: 0, failedPolls: 0 };
  /** Looks asked for are numbered; one that began after a number was given answers it. */
  #asked = 0;
  #answered = 0;
  #isLooking = false;
  #failures = 0;
  #behindLooks = 0;
  #behindTimer: NodeJS.Timeout | undefined;
  #waiters: Waiter[] = [];

  constructor(options: OrderWatchOptions) {
    this.#options = options;
    this.#timings = { ...WATCH_TIMINGS, ...options.pollTimings };
    const { listener, clock } = options;
    this.#teller = new OrderTeller({
      onUpdate: (update) => listener.onUpdate(update),
      onFill: (fill) => listener.onFill(fill),
      onDoubled: (tag, one, other) => {
        const text = `Two orders at the broker carry the tag "${tag}": "${one}" and "${other}"; look at both by hand`;
        options.onTrouble?.(text);
      },
    });
    this.#stream = new OrderStream({
      ...options,
      listener: {
        onFrame: (frame) => {
          if (this.#teller.hint(frame, clock.now())) this.#ask();
        },
        onMalformed: () => {
          this.#counts.malformed += 1;
          this.#ask();
        },
        onUp: (time) => {
          listener.onLink(true, time, null);
          // What happened while the link was down is not repeated.
          this.#ask();
        },
        onDown: (time, reason) => listener.onLink(false, time, reason),
        onRefused: (time, reason) => listener.onLink(false, time, `refused, a person has to look: ${reason}`),
      },
    });
    this.#pollTimer = setInterval(() => {
      if (!this.#isLooking && options.hasWorking()) this.#ask();
    }, this.#timings.pollMs);
  }

  get counts(): WatchCounts {
    return { ...this.#counts, foreign: this.#teller.foreign };
  }

  poll(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ number: this.#asked + 1, resolve, reject });
      this.#ask();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#pollTimer);
    clearTimeout(this.#behindTimer);
    for (const { reject } of this.#waiters.splice(0)) reject(closedError());
    await this.#stream.close();
  }

  #ask(): void {
    this.#asked += 1;
    if (this.#isLooking || this.#closing.signal.aborted) return;
    this.#isLooking = true;
    // Books are told outside of any handler; what a listener throws ends the process, as it must.
    void this.#look();
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#answered < this.#asked && !signal.aborted) {
      const number = this.#asked;
      const framesBefore = this.#teller.frames;
      const outcome = await this.#orders();
      if (signal.aborted) break;
      if (outcome.kind === 'done') this.#tell(outcome.value, number, framesBefore);
      else await pause(this.#failed(outcome), signal);
    }
    this.#isLooking = false;
  }

  async #orders(): Promise<Outcome<BrokerBook>> {
    this.#counts.polls += 1;
    try {
      return await this.#options.orders();
    } catch (error) {
      return { kind: 'transient', reason: error instanceof Error ? error.message : 'the books could not be read' };
    }
  }

  #tell({ orders }: BrokerBook, number: number, framesBefore: number): void {
    this.#failures = 0;
    const isOutOfDate = this.#teller.take(orders, framesBefore);
    this.#answered = number;
    const isAnswered = (each: Waiter): boolean => each.number <= number;
    const answered = this.#waiters.filter(isAnswered);
    this.#waiters = this.#waiters.filter((each) => !isAnswered(each));
    for (const { resolve } of answered) resolve();
    if (isOutOfDate) this.#asked += 1;
    this.#lookAgainIfBehind();
  }

  /** The trade book lags behind the stream. */
  #lookAgainIfBehind(): void {
    clearTimeout(this.#behindTimer);
    if (!this.#teller.isBehind) {
      this.#behindLooks = 0;
      return;
    }
    this.#behindLooks += 1;
    this.#behindTimer = setTimeout(() => this.#ask(), this.#retryMs(this.#behindLooks));
  }

  /** How long to wait before the next try. */
  #failed(outcome: Exclude<Outcome<never>, { kind: 'done' }>): number {
    this.#failures += 1;
    this.#counts.failedPolls += 1;
    const reason = outcome.kind === 'throttled' ? 'the broker throttles the books' : outcome.reason;
    if (this.#failures === FAILURES_UNTIL_TOLD) {
      this.#options.onTrouble?.(`The order books could not be read ${this.#failures} times in a row: ${reason}`);
    }
    const waitMs = this.#retryMs(this.#failures);
    return outcome.kind === 'throttled' ? Math.max(waitMs, outcome.retryAfterMs) : waitMs;
  }

  #retryMs(failures: number): number {
    const { shortestRetryMs, longestRetryMs } = this.#timings;
    const limits = { shortestBackOffMs: shortestRetryMs, longestBackOffMs: longestRetryMs };
    return backOffMs(failures, limits, this.#options.random);
  }
}

function closedError(): UnavailableError {
  return new UnavailableError('Expected an open order watch, found a closed one: the books were not read');
}
