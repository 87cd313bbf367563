/**
 * Ticks in, closed candles out. Entry points: `onTick` for a stream, `onBaseCandle` for candles that are closed already
 * (a file, a back-filled gap), `advance` for the clock.
 * Invariants: a closed candle never changes; candles of one instrument close in order; one-minute candles are the base and
 * larger ones are rolled up from them, aligned to the session's open; only the clock closes a candle built from ticks, at its
 * end plus the grace, and a roll-up whose last part never came, so a part that ends on the clock's time is always in time.
 * One `advance` closes by end time, then by order of registration, then by timeframe. Before the first tick of a live stream
 * call `advance` with the present, or stale ticks of an earlier day look new. `advance(Infinity)` at the end of data closes all.
 */
import type { Candle } from '../../core/candle.ts';
import { InvariantError } from '../../core/errors.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { MarketCalendar } from '../../core/market-session.ts';
import type { Tick } from '../../core/tick.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Timeframe } from '../../core/timeframe.ts';
import { type CandleRefusal, noCandleRefusals, noTickRefusals, type TickRefusal } from './candle-refusal.ts';
import { CloseTimes } from './close-times.ts';
import { type CandleSurroundings, InstrumentCandles } from './instrument-candles.ts';

export interface CandleBuilderOptions {
  readonly calendar: MarketCalendar;
  /**
   * How long after its end a candle waits for what is late; at least 1 ms with ticks. With 0 the caller gives all candles
   * that end at a moment before the clock reaches it.
   */
  readonly graceMs: number;
  readonly onClosed: (candle: Candle) => void;
}

export interface CandleRegistration {
  /** `flat`: a minute without a trade, after the day's first, gets a candle at the last close. */
  readonly fill?: 'none' | 'flat' | undefined;
  /** How far a price may lie from the day's first one; null (the default) switches the check off. */
  readonly circuitPercent?: number | null | undefined;
}

export class CandleBuilder {
  readonly #shared: CandleSurroundings;
  readonly #closeTimes = new CloseTimes();
  readonly #byId = new Map<InstrumentId, InstrumentCandles>();
  readonly #inOrder: InstrumentCandles[] = [];
  readonly #tickRefusals = noTickRefusals();
  readonly #candleRefusals = noCandleRefusals();
  #clock: EpochMs = Number.NEGATIVE_INFINITY;
  #recentId: InstrumentId | undefined;
  #recent: InstrumentCandles | undefined;

  constructor(options: CandleBuilderOptions) {
    const graceMs = Math.max(0, options.graceMs);
    this.#shared = { calendar: options.calendar, closeTimes: this.#closeTimes, graceMs, onClosed: options.onClosed };
  }

  get refusals(): Readonly<Record<TickRefusal, number>> {
    return this.#tickRefusals;
  }

  get candleRefusals(): Readonly<Record<CandleRefusal, number>> {
    return this.#candleRefusals;
  }

  /** When `advance` next closes something: Infinity when nothing is open. */
  get nextClose(): EpochMs {
    return this.#closeTimes.next + this.#shared.graceMs;
  }

  /** Several calls for one instrument add up; `1m` is always closed. */
  register(instrument: Instrument, timeframes: readonly Timeframe[], registration: CandleRegistration = {}): void {
    let candles = this.#byId.get(instrument.id);
    if (candles === undefined) {
      candles = new InstrumentCandles(instrument, this.#shared);
      this.#byId.set(instrument.id, candles);
      this.#inOrder.push(candles);
      this.#recentId = undefined;
    }
    candles.ask(timeframes, registration.fill, registration.circuitPercent);
  }

  /** undefined: taken. */
  onTick(tick: Tick): TickRefusal | undefined {
    const candles = this.#byId.get(tick.instrumentId);
    const refusal = candles === undefined ? 'unknown-instrument' : candles.takeTick(tick, this.#clock);
    if (refusal !== undefined) this.#tickRefusals[refusal]++;
    return refusal;
  }

  /**
   * A closed candle of any timeframe: passed on when that timeframe was asked for, and rolled up into the larger ones.
   * undefined: taken.
   */
  onBaseCandle(candle: Candle): CandleRefusal | undefined {
    const id = candle.instrumentId;
    if (id !== this.#recentId) {
      this.#recentId = id;
      this.#recent = this.#byId.get(id);
    }
    const refusal = this.#recent === undefined ? 'unknown-instrument' : this.#recent.takeBase(candle);
    if (refusal !== undefined) this.#candleRefusals[refusal]++;
    return refusal;
  }

  /**
   * The stream was down: candles that overlap are marked. Mark with `to` Infinity when it breaks, again when it is back.
   * To have the gap filled from history, give the fetched candles before the clock goes on: what has closed stays closed.
   */
  markGap(instrumentId: InstrumentId, from: EpochMs, to: EpochMs): void {
    this.#byId.get(instrumentId)?.markGap(from, to);
  }

  advance(now: EpochMs): void {
    if (now > this.#clock) this.#clock = now;
    for (;;) {
      const end = this.#closeTimes.next;
      if (end === Number.POSITIVE_INFINITY || end + this.#shared.graceMs > now) return;
      for (let i = 0; i < this.#inOrder.length; i++) this.#inOrder[i]?.closeUntil(end);
      if (this.#closeTimes.next <= end) throw new InvariantError(`Expected every candle ending at ${end} to close`);
    }
  }
}
