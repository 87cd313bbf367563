/**
 * The candles of one instrument: the base candles forming from ticks, the larger ones rolling up from closed base candles,
 * and the numbers of the day (session bounds, volume, price limits) that every tick is held against.
 * Invariants: candles close in the order of their ends, base before larger at the same end, and never change afterwards;
 * a base candle starts no earlier than the last one ended.
 */
import type { Candle, Provenance } from '../../core/candle.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { MarketCalendar } from '../../core/market-session.ts';
import type { Rupees } from '../../core/money.ts';
import type { Tick } from '../../core/tick.ts';
import { dayOf, type EpochMs, MINUTE_MS, startOfDay } from '../../core/time.ts';
import { type Timeframe, timeframeMs } from '../../core/timeframe.ts';
import { alignedEndTime, alignedOpenTime } from './candle-alignment.ts';
import type { CandleRefusal, TickRefusal } from './candle-refusal.ts';
import type { CloseTimes } from './close-times.ts';
import { DayVolume } from './day-volume.ts';
import { FormingCandle, NO_FORMING_CANDLE } from './forming-candle.ts';
import { PriceJumps } from './price-jumps.ts';
import { RollUps } from './roll-ups.ts';
import { StreamGaps } from './stream-gaps.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** What all instruments of a builder share. */
export interface CandleSurroundings {
  readonly calendar: MarketCalendar;
  /** Open candles by their end, over all instruments. */
  readonly closeTimes: CloseTimes;
  readonly graceMs: number;
  onClosed(candle: Candle): void;
}

export class InstrumentCandles {
  readonly #instrument: Instrument;
  readonly #shared: CandleSurroundings;
  readonly #volume = new DayVolume();
  readonly #jumps = new PriceJumps();
  readonly #gaps = new StreamGaps();
  readonly #rollUps: RollUps;
  #isFlatFilled = false;

  #dayStart: EpochMs = Number.NEGATIVE_INFINITY;
  #dayEnd: EpochMs = Number.NEGATIVE_INFINITY;
  /** Bounds of the day's session; an empty range when there is none. */
  #open: EpochMs = NEVER;
  #close: EpochMs = Number.NEGATIVE_INFINITY;
  #auctionOpen: EpochMs = NEVER;
  #auctionClose: EpochMs = Number.NEGATIVE_INFINITY;
  #lastSequence = Number.NEGATIVE_INFINITY;

  /** By open time; usually one, two while the earlier one waits for late ticks. */
  readonly #forming: FormingCandle[] = [];
  /** The one the latest tick went to. */
  #current: FormingCandle = NO_FORMING_CANDLE;
  readonly #spare: FormingCandle[] = [];

  #base: Timeframe = '1m';
  #baseMs = MINUTE_MS;
  #isBaseAsked = true;
  #lastBaseEnd: EpochMs = Number.NEGATIVE_INFINITY;
  #lastClose: Rupees = Number.NaN;
  #lastOpenInterest: number | null = null;
  #lastProvenance: Provenance = 'live';

  constructor(instrument: Instrument, shared: CandleSurroundings) {
    this.#instrument = instrument;
    this.#shared = shared;
    this.#rollUps = new RollUps(instrument.id, this.#gaps, shared.closeTimes, shared.onClosed);
  }

  ask(
    timeframes: readonly Timeframe[],
    fill: 'none' | 'flat' | undefined,
    circuitPercent: number | null | undefined,
  ): void {
    this.#rollUps.ask(timeframes, this.#lastBaseEnd, this.#open, this.#close);
    this.#useBase(this.#base);
    if (fill === 'flat') this.#isFlatFilled = true;
    if (circuitPercent !== undefined) this.#jumps.limit(circuitPercent);
  }

  takeTick(tick: Tick, clock: EpochMs): TickRefusal | undefined {
    const time = tick.time;
    const price = tick.lastPrice;
    const sequence = tick.sequence;
    if (time >= this.#dayEnd) this.#enterDay(time);
    if (!(time >= this.#open && time < this.#close)) return this.#whyNoTick(time);
    if (!(price > 0 && price < NEVER)) return 'bad-price';
    if (sequence !== null && sequence <= this.#lastSequence) return 'duplicate';
    if (this.#jumps.isBeyond(price, this.#volume.newestTime)) return 'beyond-circuit';
    let forming = this.#current;
    if (time < forming.openTime || time >= forming.endTime) {
      const found = this.#formingAt(time, clock);
      if (found === undefined) return 'late';
      forming = found;
      this.#current = found;
    }
    if (sequence !== null) this.#lastSequence = sequence;
    const cumulative = this.#volume.take(time, tick.volume, this.#open);
    forming.take(time, price, cumulative, tick.openInterest);
    return undefined;
  }

  takeBase(candle: Candle): CandleRefusal | undefined {
    const timeframe = candle.timeframe;
    let openTime = candle.openTime;
    if (openTime >= this.#dayEnd) this.#enterDay(openTime);
    if (timeframe === '1d' && openTime >= this.#dayStart) openTime = this.#open;
    if (openTime < this.#lastBaseEnd) return 'out-of-order';
    if (!(openTime >= this.#open && openTime < this.#close)) return 'outside-session';
    if (!(candle.low > 0 && candle.high < NEVER)) return 'bad-price';
    const lengthMs = timeframe === this.#base ? this.#baseMs : timeframeMs(timeframe);
    // `| 0`: a session is far shorter than 2^31 ms, and an integer remainder is several times as fast.
    if (((openTime - this.#open) | 0) % lengthMs !== 0) return 'misaligned';
    if (timeframe !== this.#base) this.#useBase(timeframe);
    const end = Math.min(openTime + this.#baseMs, this.#close);
    if (this.#forming.length > 0 || openTime >= this.#rollUps.nextEnd) this.closeUntil(openTime);
    this.#volume.skip(candle.volume, openTime);
    if (this.#forming.length > 0) this.#giveWay(end);
    this.#publish(openTime === candle.openTime ? candle : { ...candle, openTime }, end);
    if (this.#isFlatFilled) this.#expectNext();
    return undefined;
  }

  markGap(from: EpochMs, to: EpochMs): void {
    this.#gaps.mark(from, to);
    // Some sources count their sequence from the start again after a reconnect.
    this.#lastSequence = Number.NEGATIVE_INFINITY;
  }

  /** Closes what ends by then, in order. */
  closeUntil(time: EpochMs): void {
    for (;;) {
      const baseEnd = this.#forming[0]?.endTime ?? NEVER;
      const rollUpEnd = this.#rollUps.nextEnd;
      if (baseEnd <= time && baseEnd <= rollUpEnd) this.#closeForming();
      else if (rollUpEnd <= time) this.#rollUps.closeUntil(rollUpEnd);
      else return;
    }
  }

  #enterDay(time: EpochMs): void {
    if (this.#dayStart !== Number.NEGATIVE_INFINITY) this.closeUntil(this.#close);
    const day = dayOf(time);
    const session = this.#shared.calendar.sessionOn(this.#instrument, day);
    this.#dayStart = startOfDay(day);
    this.#dayEnd = startOfDay(day + 1);
    this.#open = session?.open ?? NEVER;
    this.#close = session?.close ?? Number.NEGATIVE_INFINITY;
    this.#auctionOpen = session?.auction?.open ?? NEVER;
    this.#auctionClose = session?.auction?.close ?? Number.NEGATIVE_INFINITY;
    this.#lastSequence = Number.NEGATIVE_INFINITY;
    this.#lastOpenInterest = null;
    this.#volume.startDay();
    this.#jumps.startDay();
    this.#gaps.dropBefore(this.#dayStart);
  }

  #whyNoTick(time: EpochMs): TickRefusal {
    if (time < this.#dayStart) return 'late';
    return time >= this.#auctionOpen && time < this.#auctionClose ? 'auction-print' : 'outside-session';
  }

  #formingAt(time: EpochMs, clock: EpochMs): FormingCandle | undefined {
    const openTime = alignedOpenTime(this.#open, MINUTE_MS, time);
    const endTime = alignedEndTime(this.#close, MINUTE_MS, openTime);
    if (openTime < this.#lastBaseEnd || endTime + this.#shared.graceMs <= clock) return undefined;
    if (this.#base !== '1m') {
      this.#useBase('1m');
      if (this.#isFlatFilled) this.#expectNext();
    }
    for (const forming of this.#forming) if (forming.openTime === openTime) return forming;
    return this.#startForming(openTime, endTime);
  }

  #startForming(openTime: EpochMs, endTime: EpochMs): FormingCandle {
    const forming = this.#spare.pop() ?? new FormingCandle();
    forming.start(this.#base, openTime, endTime);
    const later = this.#forming.findIndex((other) => other.openTime > openTime);
    this.#forming.splice(later < 0 ? this.#forming.length : later, 0, forming);
    this.#shared.closeTimes.add(endTime);
    return forming;
  }

  /** With flat filling the candle after the last one is open from its start, tick or no tick. */
  #expectNext(): void {
    const openTime = this.#lastBaseEnd;
    if (!(openTime > this.#open && openTime < this.#close)) return;
    const endTime = alignedEndTime(this.#close, this.#baseMs, openTime);
    // Forming candles never overlap: minutes that ticks have opened already stand.
    if ((this.#forming[0]?.openTime ?? NEVER) >= endTime) this.#startForming(openTime, endTime);
  }

  #dropForming(at: number): void {
    const [forming] = this.#forming.splice(at, 1);
    if (forming === undefined) return;
    this.#shared.closeTimes.remove(forming.endTime);
    if (this.#current === forming) this.#current = NO_FORMING_CANDLE;
    this.#spare.push(forming);
  }

  /** A ready candle is the better account of its span than what is forming in it. */
  #giveWay(end: EpochMs): void {
    for (;;) {
      const forming = this.#forming[0];
      if (forming === undefined || forming.openTime >= end) return;
      this.#volume.close(forming.cumulativeVolume);
      this.#dropForming(0);
    }
  }

  #closeForming(): void {
    const forming = this.#forming[0];
    if (forming === undefined) return;
    const end = forming.endTime;
    const candle = forming.hasTrade ? this.#tradedCandle(forming) : this.#flatCandle(forming);
    this.#dropForming(0);
    if (candle.timeframe !== this.#base) this.#useBase(candle.timeframe);
    this.#publish(candle, end);
    if (this.#isFlatFilled) this.#expectNext();
  }

  #tradedCandle(forming: FormingCandle): Candle {
    return {
      instrumentId: this.#instrument.id,
      timeframe: forming.timeframe,
      openTime: forming.openTime,
      open: forming.open,
      high: forming.high,
      low: forming.low,
      close: forming.close,
      volume: this.#volume.close(forming.cumulativeVolume),
      openInterest: Number.isNaN(forming.openInterest) ? this.#lastOpenInterest : forming.openInterest,
      provenance: this.#liveProvenance(forming),
    };
  }

  #flatCandle(forming: FormingCandle): Candle {
    const close = this.#lastClose;
    const isFromElsewhere = this.#lastProvenance === 'import' || this.#lastProvenance === 'backfill';
    return {
      instrumentId: this.#instrument.id,
      timeframe: forming.timeframe,
      openTime: forming.openTime,
      open: close,
      high: close,
      low: close,
      close,
      volume: 0,
      openInterest: this.#lastOpenInterest,
      provenance: isFromElsewhere ? this.#lastProvenance : this.#liveProvenance(forming),
    };
  }

  #liveProvenance(forming: FormingCandle): Provenance {
    return this.#gaps.overlap(forming.openTime, forming.endTime) ? 'live-with-gap' : 'live';
  }

  /** Hands a closed base candle on and into the larger ones, and closes those that end with it. */
  #publish(candle: Candle, end: EpochMs): void {
    this.#lastBaseEnd = end;
    this.#lastClose = candle.close;
    this.#lastOpenInterest = candle.openInterest;
    this.#lastProvenance = candle.provenance;
    if (this.#isBaseAsked) this.#shared.onClosed(candle);
    this.#rollUps.take(candle, end, this.#open, this.#close);
  }

  /** Ready candles may come in any timeframe; only multiples of it can be rolled up from them. */
  #useBase(base: Timeframe): void {
    const isOther = base !== this.#base;
    this.#base = base;
    this.#baseMs = timeframeMs(base);
    this.#isBaseAsked = base === '1m' || this.#rollUps.has(base);
    this.#rollUps.feedFrom(this.#baseMs);
    if (!isOther) return;
    for (let at = this.#forming.length - 1; at >= 0; at--) {
      if (this.#forming[at]?.hasTrade === false) this.#dropForming(at);
    }
  }
}
