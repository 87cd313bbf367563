import { HighWater } from '../core/high-water.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';
import type { EngineEvent } from '../ports/engine-event.ts';
import type { FeedEvent, FeedListener } from '../ports/market-feed.ts';

/** What waits when nobody takes any more: a million ticks are some 150 MB. */
const MOST_WAITING = 1_000_000;
/** A stream that broke is mostly back before then; candles do not close on half of their trades meanwhile. */
const HOLD_MS = 10_000;

/**
 * Between the sockets, which never wait, and the loop, which takes one event at a time: events in the order they arrived.
 * Iterating ends after `end`, when all before it has been taken.
 */
export class MarketQueue implements FeedListener, AsyncIterable<EngineEvent> {
  readonly #onFeedEvent: (event: FeedEvent) => void;
  #waiting: EngineEvent[] = [];
  #taken = 0;
  /** Of these nothing is heard at present. */
  readonly #unheard = new Set<InstrumentId>();
  #brokeTime = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | null = null;
  readonly #highWater = new HighWater();
  #isEnded = false;
  #failure: Error | undefined;

  /** `onFeedEvent` is told what is not for the engine: links that come and go, refusals. */
  constructor(onFeedEvent: (event: FeedEvent) => void) {
    this.#onFeedEvent = onFeedEvent;
  }

  onTick(tick: Tick): void {
    this.put({ type: 'tick', tick });
  }

  onEvent(event: FeedEvent): void {
    this.#onFeedEvent(event);
    if (event.type === 'disconnected') {
      const { instrumentIds, since, time } = event;
      if (instrumentIds.length === 0) return;
      for (const id of instrumentIds) this.#unheard.add(id);
      this.#brokeTime = time;
      this.put({ type: 'gap', instrumentIds, from: since, to: Number.POSITIVE_INFINITY });
    } else if (event.type === 'gap') {
      const { instrumentIds, from, to } = event;
      for (const id of instrumentIds) this.#unheard.delete(id);
      this.put({ type: 'gap', instrumentIds, from, to });
    }
  }

  /** Until when candles are to be kept open for what a broken stream may still bring; in the past when none is broken. */
  get heldUntil(): EpochMs {
    return this.#unheard.size === 0 ? Number.NEGATIVE_INFINITY : this.#brokeTime + HOLD_MS;
  }

  /** What else the engine is to be told in its turn: updates of orders, commands. */
  put(event: EngineEvent): void {
    if (this.#isEnded) return;
    if (this.length >= MOST_WAITING) {
      this.end(new Error(`${MOST_WAITING} market events wait to be taken: the worker is stuck or far too slow`));
      return;
    }
    this.#waiting.push(event);
    this.#highWater.rise(this.length);
    this.#wake?.();
  }

  end(failure?: Error): void {
    this.#isEnded = true;
    this.#failure ??= failure;
    this.#wake?.();
  }

  /** The most that has waited since the last time this was asked. */
  takeHighWater(): number {
    return this.#highWater.take(this.length);
  }

  get length(): number {
    return this.#waiting.length - this.#taken;
  }

  /** The next event; undefined at the end, `late` when `patience` resolved first. */
  async take(patience?: Promise<unknown>): Promise<EngineEvent | 'late' | undefined> {
    for (;;) {
      const event = this.#waiting[this.#taken];
      if (event !== undefined) {
        this.#taken += 1;
        if (this.#taken === this.#waiting.length) {
          this.#waiting = [];
          this.#taken = 0;
        }
        return event;
      }
      if (this.#failure) throw this.#failure;
      if (this.#isEnded) return undefined;
      const woken = new Promise<'woken'>((resolve) => {
        this.#wake = () => resolve('woken');
      });
      const first = patience ? await Promise.race([woken, patience.then(() => 'late' as const)]) : await woken;
      this.#wake = null;
      if (first === 'late' && this.length === 0) return 'late';
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EngineEvent> {
    for (let event = await this.take(); event !== undefined; event = await this.take()) {
      if (event !== 'late') yield event;
    }
  }
}

/**
 * The queue's events, and a `timer` whenever the clock reaches what the engine waits for while nothing else comes. Closing
 * candles waits a moment for a stream that broke; nothing else does.
 */
export async function* withTimers(
  queue: MarketQueue,
  engine: { readonly nextTimer: EpochMs; readonly parts: { readonly candles: { readonly nextClose: EpochMs } } },
  clock: { now(): EpochMs; sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> },
  stop: AbortSignal,
): AsyncGenerator<EngineEvent> {
  while (!stop.aborted) {
    const next = engine.nextTimer;
    const due = next === engine.parts.candles.nextClose ? Math.max(next, queue.heldUntil) : next;
    // What has arrived comes first: it may belong before what is due.
    if (due <= clock.now() && queue.length === 0) {
      yield { type: 'timer', time: due };
      continue;
    }
    const taken = new AbortController();
    const asleep = clock.sleepUntil(Math.min(due, clock.now() + LOOK_AGAIN_MS), AbortSignal.any([stop, taken.signal]));
    const event = await queue.take(asleep);
    taken.abort();
    if (event === undefined) return;
    if (event !== 'late') yield event;
  }
}

/** With nothing due the stop signal and the clock are looked at this often. */
const LOOK_AGAIN_MS = 1_000;
