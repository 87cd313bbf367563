/**
 * Fills what the stream missed from the broker's history: whole minutes as soon as the link is back, the minute in which it
 * came back as soon as that minute has ended and before anything after it is taken, so that candles, indicators and
 * decisions are what they would have been. What can not be fetched in time stays marked as a gap.
 */
import type { Candle } from '../core/candle.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type EpochMs, MINUTE_MS } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { HistorySource } from '../ports/history-source.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import { timeOf } from '../simulation/paper-steps.ts';

export interface GapFillerOptions {
  readonly history: HistorySource;
  /** The time of the broker, by which its candles end. */
  readonly clock: Clock;
  /** Trading does not stand still longer than this for one gap, in real milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onFilled: (candles: number) => void;
  readonly onMissed: (instrumentId: InstrumentId, reason: string) => void;
}

type Gap = Extract<MarketEvent, { type: 'gap' }>;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const NEVER = Number.POSITIVE_INFINITY;

export class GapFiller {
  readonly #options: GapFillerOptions;
  /** Minutes that were heard in part only, by instrument: the open time. */
  readonly #partial = new Map<InstrumentId, EpochMs>();
  #nextEnd: EpochMs = NEVER;

  constructor(options: GapFillerOptions) {
    this.#options = options;
  }

  /** Whether something has to be taken before this event. */
  concerns(event: MarketEvent): boolean {
    return event.type === 'gap' ? Number.isFinite(event.to) : timeOf(event) >= this.#nextEnd;
  }

  async *before(event: MarketEvent): AsyncGenerator<MarketEvent> {
    if (!this.concerns(event)) return;
    if (event.type === 'gap') yield* this.#wholeMinutes(event);
    else yield* this.#endedMinutes(timeOf(event));
  }

  async *#wholeMinutes({ instrumentIds, from, to }: Gap): AsyncGenerator<MarketEvent> {
    const backIn = minuteOf(to);
    const deadline = performance.now() + this.#options.patienceMs;
    for (const id of instrumentIds) {
      // The minute that a former gap left in part lies in this one, or before it.
      const first = Math.min(minuteOf(from), this.#partial.get(id) ?? NEVER);
      this.#partial.set(id, backIn);
      if (first < backIn) yield* this.#fetched(id, first, backIn, deadline);
    }
    this.#nextEnd = Math.min(this.#nextEnd, backIn + MINUTE_MS);
  }

  async *#endedMinutes(time: EpochMs): AsyncGenerator<MarketEvent> {
    const deadline = performance.now() + this.#options.patienceMs;
    for (const [id, minute] of this.#partial) {
      if (minute + MINUTE_MS > time) continue;
      this.#partial.delete(id);
      yield* this.#fetched(id, minute, minute + MINUTE_MS, deadline);
    }
    this.#nextEnd = Math.min(NEVER, ...[...this.#partial.values()].map((minute) => minute + MINUTE_MS));
  }

  async *#fetched(id: InstrumentId, from: EpochMs, to: EpochMs, deadline: number): AsyncGenerator<MarketEvent> {
    const candles = await this.#fetch(id, from, to, deadline);
    this.#options.onFilled(candles.length);
    for (const candle of candles) yield { type: 'candle', candle };
  }

  async #fetch(instrumentId: InstrumentId, from: EpochMs, to: EpochMs, deadline: number): Promise<readonly Candle[]> {
    const { history, clock, signal, onMissed } = this.#options;
    const candles: Candle[] = [];
    // The broker's clock has to have passed the end, or the bar would be left out as forming.
    await clock.sleepUntil(to, signal);
    for (const part of history.split({ instrumentId, timeframe: '1m', from, to })) {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        const outcome = await history.fetch(part);
        if (outcome.kind === 'done') {
          candles.push(...outcome.value.filter(({ openTime }) => openTime >= from && openTime < to));
          break;
        }
        const reason = outcome.kind === 'throttled' ? 'the broker asks for a pause' : outcome.reason;
        if (outcome.kind === 'refused' || signal.aborted || performance.now() + pause > deadline) {
          onMissed(instrumentId, reason);
          return candles;
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    return candles;
  }
}

function minuteOf(time: EpochMs): EpochMs {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS;
}
