/**
 * One listing's day as its prints make it: the running quote and the minutes traded. Entry point: `take`, once a print.
 * Invariants: a quote once given never changes; volume is what the cumulative volume rose by, never negative; a print
 * outside the session moves the quote but is in no candle.
 */
import type { Candle } from '../../../core/candle.ts';
import { type Rupees, snapToTick } from '../../../core/money.ts';
import type { Tick } from '../../../core/tick.ts';
import { dayOf, type EpochMs, MINUTE_MS, startOfDay } from '../../../core/time.ts';
import type { SimulatedListing, SimulatedQuote } from '../parts.ts';
import { MinuteCandles } from './minute-candles.ts';
import type { HoursOf, SessionHours } from './session-hours.ts';

/** Daily price band of shares, futures and indices; an option may multiply. */
const BAND = 0.2;
const OPTION_BAND_FACTOR = 5;
const OPTION_BAND_ROOM = 50;

export interface ListingPast {
  /** One-minute candles (or, without those, daily ones) of days before, oldest first. */
  readonly history: readonly Candle[];
  readonly previousClose: Rupees | undefined;
  /** False when the first print's cumulative volume was traded before anyone looked: no candle may claim it. */
  readonly isFromOpen: boolean;
}

export class ListingDay {
  readonly #listing: SimulatedListing;
  readonly #hoursOf: HoursOf;
  readonly #past: ListingPast;
  readonly #minutes: MinuteCandles;
  #hours: SessionHours | null = null;
  #dayEnd: EpochMs = Number.NEGATIVE_INFINITY;
  #quote: SimulatedQuote | undefined;
  #prints = 0;
  #volume = 0;
  #turnover = 0;
  #averagedVolume = 0;
  #previousClose: Rupees;
  #yearHigh: Rupees;
  #yearLow: Rupees;

  constructor(listing: SimulatedListing, hoursOf: HoursOf, past: ListingPast) {
    const { history, previousClose } = past;
    this.#listing = listing;
    this.#hoursOf = hoursOf;
    this.#past = past;
    this.#minutes = new MinuteCandles(listing.instrument, hoursOf, history);
    this.#previousClose = previousClose ?? history.at(-1)?.close ?? Number.NaN;
    this.#yearHigh = history.reduce((high, candle) => Math.max(high, candle.high), Number.NEGATIVE_INFINITY);
    this.#yearLow = history.reduce((low, candle) => Math.min(low, candle.low), Number.POSITIVE_INFINITY);
    this.#quote = this.#quoteOfPast();
  }

  /** The last print; before the day's first one what is known of the day before; undefined when nothing is. */
  get quote(): SimulatedQuote | undefined {
    return this.#quote;
  }

  candles(minutes: number | 'day', from: EpochMs, to: EpochMs): readonly Candle[] {
    return this.#minutes.candles(minutes, from, to);
  }

  take(tick: Tick): SimulatedQuote {
    const isFirst = tick.time >= this.#dayEnd;
    if (isFirst) this.#startDay(tick);
    const before = isFirst ? undefined : this.#quote;
    const traded = Math.max(0, tick.volume - this.#volume);
    // A cumulative volume that fell was reset: counting goes on from the new figure.
    this.#volume = tick.volume;
    this.#turnover += traded * tick.lastPrice;
    this.#averagedVolume += traded;
    const hours = this.#hours;
    if (hours !== null && tick.time >= hours.first && tick.time < hours.end) this.#minutes.take(tick, traded);
    const quote = this.#next(tick, traded, before);
    this.#quote = quote;
    return quote;
  }

  #startDay(tick: Tick): void {
    const { instrument } = this.#listing;
    const day = dayOf(tick.time);
    const isJoined = this.#dayEnd === Number.NEGATIVE_INFINITY && !this.#past.isFromOpen;
    if (this.#dayEnd !== Number.NEGATIVE_INFINITY) this.#previousClose = this.#quote?.tick.lastPrice ?? Number.NaN;
    if (Number.isNaN(this.#previousClose)) this.#previousClose = tick.lastPrice;
    this.#dayEnd = startOfDay(day + 1);
    this.#hours = this.#hoursOf(instrument, day);
    const hasOpened = this.#hours !== null && tick.time >= this.#hours.open + MINUTE_MS;
    this.#volume = isJoined && hasOpened ? tick.volume : 0;
    this.#turnover = 0;
    this.#averagedVolume = 0;
  }

  #next(tick: Tick, traded: number, before: SimulatedQuote | undefined): SimulatedQuote {
    const { instrument } = this.#listing;
    const price = tick.lastPrice;
    const high = Math.max(before?.high ?? price, price);
    const low = Math.min(before?.low ?? price, price);
    const { lower, upper } = this.#band();
    this.#prints++;
    this.#yearHigh = Math.max(this.#yearHigh, high);
    this.#yearLow = Math.min(this.#yearLow, low);
    return {
      listing: this.#listing,
      tick,
      sequence: tick.sequence ?? this.#prints,
      lastQuantity: traded > 0 ? traded : (before?.lastQuantity ?? 0),
      averagePrice: this.#averagedVolume > 0 ? snapToTick(this.#turnover / this.#averagedVolume, 0.01) : price,
      open: before?.open ?? price,
      high,
      low,
      previousClose: this.#previousClose,
      // The whole book is nowhere recorded: lots that come and go around a thousand.
      totalBuyQuantity: instrument.lotSize * (1_000 + ((this.#prints * 37) % 500)),
      totalSellQuantity: instrument.lotSize * (1_000 + ((this.#prints * 53) % 500)),
      lastTradeTime: traded > 0 ? tick.time : (before?.lastTradeTime ?? tick.time),
      // A print is never outside the band the quote shows.
      lowerCircuit: Math.min(lower, low),
      upperCircuit: Math.max(upper, high),
      yearHigh: this.#yearHigh,
      yearLow: this.#yearLow,
    };
  }

  #band(): { lower: Rupees; upper: Rupees } {
    const { kind, tickSize } = this.#listing.instrument;
    const close = this.#previousClose;
    if (kind === 'OPTION') {
      const upper = Math.max(close * OPTION_BAND_FACTOR, close + OPTION_BAND_ROOM);
      return { lower: tickSize, upper: snapToTick(upper, tickSize, 'down') };
    }
    return {
      lower: snapToTick(close * (1 - BAND), tickSize, 'up'),
      upper: snapToTick(close * (1 + BAND), tickSize, 'down'),
    };
  }

  /** The broker shows the last known state also before the day's first print. */
  #quoteOfPast(): SimulatedQuote | undefined {
    const last = this.#past.history.at(-1);
    if (last === undefined) return undefined;
    const day = this.#minutes.candles('day', startOfDay(dayOf(last.openTime)), last.openTime + 1).at(-1) ?? last;
    const time = last.timeframe === '1d' ? this.#lastMinute(last) : last.openTime + MINUTE_MS - 1;
    const { lower, upper } = this.#band();
    return {
      listing: this.#listing,
      tick: {
        instrumentId: this.#listing.instrument.id,
        time,
        lastPrice: last.close,
        volume: day.volume,
        openInterest: last.openInterest,
        bid: null,
        ask: null,
        sequence: null,
      },
      sequence: 0,
      lastQuantity: 0,
      averagePrice: last.close,
      open: day.open,
      high: day.high,
      low: day.low,
      previousClose: this.#previousClose,
      totalBuyQuantity: 0,
      totalSellQuantity: 0,
      lastTradeTime: time,
      lowerCircuit: lower,
      upperCircuit: upper,
      yearHigh: this.#yearHigh,
      yearLow: this.#yearLow,
    };
  }

  #lastMinute(day: Candle): EpochMs {
    const hours = this.#hoursOf(this.#listing.instrument, dayOf(day.openTime));
    return (hours?.end ?? startOfDay(dayOf(day.openTime) + 1)) - 1;
  }
}
