/**
 * Fills what the stream missed from the broker's history: whole minutes as soon as the link is back, the minute in which it
 * came back as soon as that minute has ended and before anything after it is taken, so that candles, indicators and
 * decisions are what they would have been. What can not be fetched in time stays marked as a gap.
 *
 * When an instrument was heard again is what its own first tick says, not our clock: one that is behind would leave the
 * first minute after the gap with less than its trades. A link that is back well before the market opens has missed nothing
 * of that day: a night without one costs no call, at the open neither.
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
/** The broker's bar of a minute stands a moment after its end. */
const SETTLE_MS = 1_000;
/** A clock that is farther behind gets no session: one-time passwords go by it. */
const MOST_SKEW_MS = 2 * MINUTE_MS;
const NEVER = Number.POSITIVE_INFINITY;

interface Span {
  readonly instrumentId: InstrumentId;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export class GapFiller {
  readonly #options: GapFillerOptions;
  /** Minutes that were heard in part only, by instrument: the open time. */
  readonly #partial = new Map<InstrumentId, EpochMs>();
  /** Not heard since the link is back, with the time of that. */
  readonly #unheard = new Map<InstrumentId, EpochMs>();
  #nextEnd: EpochMs = NEVER;

  constructor(options: GapFillerOptions) {
    this.#options = options;
  }

  /** Whether something has to be taken before this event. */
  concerns(event: MarketEvent): boolean {
    if (event.type === 'gap') return Number.isFinite(event.to);
    if (this.#unheard.size > 0 && event.type === 'tick' && this.#unheard.has(event.tick.instrumentId)) return true;
    return timeOf(event) >= this.#nextEnd;
  }

  async *before(event: MarketEvent): AsyncGenerator<MarketEvent> {
    if (!this.concerns(event)) return;
    const missed = event.type === 'gap' ? this.#wholeMinutes(event) : this.#endedMinutes(event);
    this.#nextEnd = Math.min(NEVER, ...[...this.#partial.values()].map((minute) => minute + MINUTE_MS));
    const deadline = performance.now() + this.#options.patienceMs;
    const candles = (await Promise.all(missed.map((span) => this.#fetch(span, deadline)))).flat();
    if (missed.length > 0) this.#options.onFilled(candles.length);
    // A later candle of one instrument would close the forming ones of the others before theirs have come.
    candles.sort((one, other) => one.openTime - other.openTime);
    for (const candle of candles) yield { type: 'candle', candle };
  }

  #wholeMinutes({ instrumentIds, from, to }: Gap): readonly Span[] {
    return instrumentIds.flatMap((instrumentId) => {
      this.#unheard.set(instrumentId, to);
      // The minute that a former gap left in part lies in this one, or before it.
      const first = Math.min(minuteOf(from), this.#partial.get(instrumentId) ?? NEVER);
      return this.#backIn(instrumentId, first, minuteOf(to));
    });
  }

  #endedMinutes(event: Exclude<MarketEvent, Gap>): readonly Span[] {
    const time = timeOf(event);
    const missed: Span[] = [];
    if (event.type === 'tick') {
      const { instrumentId } = event.tick;
      const back = this.#unheard.get(instrumentId);
      this.#unheard.delete(instrumentId);
      if (back !== undefined && this.#isBackBeforeOpen(instrumentId, back)) {
        this.#partial.delete(instrumentId);
      } else if (back !== undefined) {
        const first = this.#partial.get(instrumentId) ?? minuteOf(time);
        missed.push(...this.#backIn(instrumentId, first, Math.max(first, minuteOf(time))));
      }
    }
    for (const [instrumentId, minute] of this.#partial) {
      if (minute + MINUTE_MS > time) continue;
      this.#partial.delete(instrumentId);
      missed.push({ instrumentId, from: minute, to: minute + MINUTE_MS });
    }
    return missed;
  }

  /** Whether nothing was traded when the link came back, even if our clock was behind. */
  #isBackBeforeOpen(instrumentId: InstrumentId, back: EpochMs): boolean {
    const { history, clock } = this.#options;
    const to = back + MOST_SKEW_MS;
    // Of what lies ahead a history knows nothing: it has no part for it.
    if (clock.now() < to) return false;
    return history.split({ instrumentId, timeframe: '1m', from: minuteOf(back), to }).length === 0;
  }

  /** It is heard again within `minute`; what lies before is missed as a whole. */
  #backIn(instrumentId: InstrumentId, first: EpochMs, minute: EpochMs): readonly Span[] {
    this.#partial.set(instrumentId, minute);
    return first < minute ? [{ instrumentId, from: first, to: minute }] : [];
  }

  async #fetch({ instrumentId, from, to }: Span, deadline: number): Promise<readonly Candle[]> {
    const { history, clock, signal, onMissed } = this.#options;
    const candles: Candle[] = [];
    // The broker's clock has to have passed the end, or the bar would be left out as forming.
    await clock.sleepUntil(to + SETTLE_MS, signal);
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
