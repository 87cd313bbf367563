/**
 * One of the market stream's connections: what became of its link, which span it missed, whose first tick it still owes.
 *
 * A break begins with the last thing heard, not with the moment it was noticed, and ends with the first thing heard after
 * everything wanted has been subscribed again: a `ping` sent behind the subscriptions makes sure that this comes at once.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FeedEvent } from '../../../ports/market-feed.ts';
import { type LinkOptions, StreamLink } from './stream-link.ts';
import type { SubscriptionBook } from './subscription-book.ts';

export interface ShardOptions {
  readonly index: number;
  readonly book: SubscriptionBook;
  readonly link: Omit<LinkOptions, 'listener'>;
  readonly clock: Clock;
  readonly firstTickMs: number;
  readonly onBinary: (shard: StreamShard, data: Buffer) => void;
  readonly onText: (shard: StreamShard, text: string) => void;
  readonly onEvent: (event: FeedEvent) => void;
}

export class StreamShard {
  readonly index: number;
  readonly #options: ShardOptions;
  readonly #link: StreamLink;
  /** Subscribed, no tick yet: until when it may take. */
  readonly #owed = new Map<InstrumentId, number>();
  #owedTimer: NodeJS.Timeout | undefined;
  #lastHeard: EpochMs = Number.NaN;
  /** Since when nothing was heard; null: nothing is missed. */
  #brokenSince: EpochMs | null = null;
  #isBackAtNextFrame = false;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.index = options.index;
    this.#link = new StreamLink({
      ...options.link,
      listener: {
        onUp: (time) => this.#up(time),
        onDown: (time, reason) => this.#down(time, reason),
        onHeard: (time) => this.#heard(time),
        onBinary: (data) => options.onBinary(this, data),
        onText: (text) => options.onText(this, text),
        onRefused: (time, reason) => options.onEvent({ type: 'refused', reason, time }),
      },
    });
  }

  /** Tells the broker what has changed in the book; the first instrument opens the link. */
  tell(): void {
    const { book, clock, firstTickMs } = this.#options;
    if (!this.#link.isOpen) {
      if (book.wantedOn(this.index).length === 0) return;
      this.#lastHeard = clock.now();
      this.#link.open();
    }
    if (!this.#link.isUp) return;
    const until = performance.now() + firstTickMs;
    for (const { text, isSubscribe, instrumentIds } of book.requests(this.index)) {
      this.#link.send(text);
      for (const id of instrumentIds) {
        if (isSubscribe) this.#owed.set(id, until);
        else this.#owed.delete(id);
      }
    }
    this.#arm();
  }

  /** A tick of it has come, or none is to be expected. */
  settle(id: InstrumentId): void {
    if (this.#owed.size > 0) this.#owed.delete(id);
  }

  async close(): Promise<void> {
    clearTimeout(this.#owedTimer);
    this.#owed.clear();
    await this.#link.close();
  }

  #up(time: EpochMs): void {
    this.#options.onEvent({ type: 'connected', time });
    this.tell();
    this.#link.send('ping');
    this.#isBackAtNextFrame = this.#brokenSince !== null;
  }

  #down(time: EpochMs, reason: string): void {
    this.#brokenSince ??= this.#lastHeard;
    const since = this.#brokenSince;
    const instrumentIds = this.#options.book.wantedOn(this.index);
    this.#isBackAtNextFrame = false;
    this.#owed.clear();
    this.#options.book.forget(this.index);
    const told = `market stream ${this.index + 1}: ${reason}`;
    this.#options.onEvent({ type: 'disconnected', instrumentIds, since, time, reason: told });
  }

  #heard(time: EpochMs): void {
    this.#lastHeard = time;
    if (!this.#isBackAtNextFrame || this.#brokenSince === null) return;
    const from = this.#brokenSince;
    this.#isBackAtNextFrame = false;
    this.#brokenSince = null;
    const instrumentIds = this.#options.book.wantedOn(this.index);
    if (instrumentIds.length > 0) this.#options.onEvent({ type: 'gap', instrumentIds, from, to: time });
  }

  #arm(): void {
    clearTimeout(this.#owedTimer);
    if (this.#owed.size === 0) return;
    const next = Math.min(...this.#owed.values());
    this.#owedTimer = setTimeout(() => this.#tellSilent(), Math.max(1, next - performance.now()));
  }

  #tellSilent(): void {
    const now = performance.now();
    const instrumentIds = [...this.#owed].filter(([, until]) => until <= now).map(([id]) => id);
    for (const id of instrumentIds) this.#owed.delete(id);
    if (instrumentIds.length > 0) {
      this.#options.onEvent({ type: 'silent', instrumentIds, time: this.#options.clock.now() });
    }
    this.#arm();
  }
}
