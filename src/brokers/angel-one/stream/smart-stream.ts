/**
 * Angel One's market stream as a `MarketFeed`. Entry point: `SmartStream`.
 *
 * Invariants: up to three connections of a thousand instruments, each with a link, gaps and alarms of its own, so that one
 * that dies takes nothing else along; ticks are told in the order in which they arrive, before the next packet is looked
 * at; a `gap` is told before the first tick after it; after `close` has resolved there is neither timer nor socket.
 */
import { InvariantError } from '../../../core/errors.ts';
import type { InstrumentId } from '../../../core/ids.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { FeedEvent, FeedListener, MarketFeed } from '../../../ports/market-feed.ts';
import type { AngelOneCredentials, AngelOneTokens, TokenSource } from '../settings.ts';
import type { ListedInstrument, TokenBook } from '../token-book.ts';
import { type DroppedField, FrameDecoder, type FrameRefusal } from './decode-frame.ts';
import { LIMIT_EXCEEDED, parseErrorFrame } from './error-frame.ts';
import type { LinkTimings } from './link-timings.ts';
import { streamHeaders } from './stream-headers.ts';
import { StreamShard } from './stream-shard.ts';
import { SUBSCRIPTION_LIMITS, SubscriptionBook, type SubscriptionLimits } from './subscription-book.ts';

export interface SmartStreamTimings extends LinkTimings {
  /** Subscribed and without a tick for so long: `silent`. */
  readonly firstTickMs: number;
}

export interface SmartStreamOptions {
  readonly url: string;
  readonly credentials: Pick<AngelOneCredentials, 'clientCode' | 'apiKey'>;
  readonly tokens: TokenSource;
  readonly book: TokenBook;
  readonly listener: FeedListener;
  readonly clock: Clock;
  readonly timings?: Partial<SmartStreamTimings>;
  readonly limits?: Partial<SubscriptionLimits>;
  /** At least 0, below 1. */
  readonly random: () => number;
}

/** What came and was no tick. */
export interface StreamCounts {
  /** Ticks of instruments that are not wanted any more. */
  readonly unwanted: number;
  readonly errorFrames: number;
  /** Texts that are neither heartbeat nor error frame. */
  readonly strayTexts: number;
}

const FIRST_TICK_MS = 10_000;

export class SmartStream implements MarketFeed {
  readonly #options: SmartStreamOptions;
  readonly #decoder: FrameDecoder;
  readonly #subscriptions: SubscriptionBook;
  readonly #shards: readonly StreamShard[];
  readonly #counts = { unwanted: 0, errorFrames: 0, strayTexts: 0 };
  #toldRefusal: string | undefined;
  #isClosed = false;

  constructor(options: SmartStreamOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(options.book);
    this.#subscriptions = new SubscriptionBook({ ...SUBSCRIPTION_LIMITS, ...options.limits });
    const { url, tokens, clock, timings, random } = options;
    const headersOf = (each: AngelOneTokens) => streamHeaders(options.credentials, each);
    this.#shards = Array.from(
      { length: this.#subscriptions.shardCount },
      (_, index) =>
        new StreamShard({
          index,
          book: this.#subscriptions,
          link: { url, headersOf, tokens, clock, timings, random },
          clock,
          firstTickMs: timings?.firstTickMs ?? FIRST_TICK_MS,
          onBinary: (shard, data) => this.#onPacket(shard, data),
          onText: (shard, text) => this.#onText(shard, text),
          onEvent: (event) => this.#onEvent(event),
        }),
    );
  }

  get decoded(): number {
    return this.#decoder.decoded;
  }

  get refusals(): Readonly<Record<FrameRefusal, number>> {
    return this.#decoder.refusals;
  }

  get droppedFields(): Readonly<Record<DroppedField, number>> {
    return this.#decoder.droppedFields;
  }

  get counts(): StreamCounts {
    return this.#counts;
  }

  subscribe(instrumentIds: readonly InstrumentId[]): void {
    this.#failIfClosed();
    const listed: ListedInstrument[] = [];
    const unlisted: InstrumentId[] = [];
    for (const id of instrumentIds) {
      const found = this.#options.book.byId(id);
      if (found === undefined) unlisted.push(id);
      else listed.push(found);
    }
    this.#tellSilent(unlisted, "not in the broker's instrument list: import it again");
    this.#tellHomeless(this.#subscriptions.want(listed));
    this.#tellShards();
  }

  unsubscribe(instrumentIds: readonly InstrumentId[]): void {
    this.#failIfClosed();
    this.#subscriptions.drop(instrumentIds);
    this.#tellShards();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#shards.map((shard) => shard.close()));
  }

  #onPacket(shard: StreamShard, data: Buffer): void {
    const tick = this.#decoder.decode(data);
    if (tick === undefined) return;
    if (!this.#subscriptions.wants(shard.index, tick.instrumentId)) {
      this.#counts.unwanted += 1;
      return;
    }
    shard.settle(tick.instrumentId);
    this.#options.listener.onTick(tick);
  }

  #onText(shard: StreamShard, text: string): void {
    const error = parseErrorFrame(text);
    if (error === undefined) {
      this.#counts.strayTexts += 1;
      return;
    }
    this.#counts.errorFrames += 1;
    const request = this.#subscriptions.requestOf(shard.index, error.correlationId);
    for (const id of request?.instrumentIds ?? []) shard.settle(id);
    if (request !== undefined && error.code === LIMIT_EXCEEDED) {
      this.#tellHomeless(this.#subscriptions.shed(shard.index, request));
      this.#tellShards();
      return;
    }
    const reason = `the broker refused the subscription: ${error.message} (${error.code})`;
    const instrumentIds = request?.instrumentIds ?? [];
    this.#options.listener.onEvent({ type: 'silent', instrumentIds, time: this.#options.clock.now(), reason });
  }

  #onEvent(event: FeedEvent): void {
    // All connections knock at the same door: a person is told once.
    if (event.type === 'refused') {
      if (this.#toldRefusal === event.reason) return;
      this.#toldRefusal = event.reason;
    } else if (event.type === 'connected') {
      this.#toldRefusal = undefined;
    }
    this.#options.listener.onEvent(event);
  }

  #tellShards(): void {
    // What still arrives during a close opens nothing again.
    if (this.#isClosed) return;
    for (const shard of this.#shards) shard.tell();
  }

  #tellHomeless(instrumentIds: readonly InstrumentId[]): void {
    this.#tellSilent(instrumentIds, 'the broker has no room for more subscriptions: want fewer instruments');
  }

  #tellSilent(instrumentIds: readonly InstrumentId[], reason: string): void {
    if (instrumentIds.length === 0) return;
    this.#options.listener.onEvent({ type: 'silent', instrumentIds, time: this.#options.clock.now(), reason });
  }

  #failIfClosed(): void {
    if (this.#isClosed) throw new InvariantError('Expected an open market stream, found a closed one');
  }
}
