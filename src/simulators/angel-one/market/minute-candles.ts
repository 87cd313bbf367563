/**
 * What was truly traded, minute by minute: the candles that the simulated broker's history is answered from.
 * Invariants: minutes rise; only the last one still changes; larger candles are rolled up from minutes on request, aligned
 * to the session's open, and a day's candle opens with its session.
 */
import type { Candle } from '../../../core/candle.ts';
import { InvariantError } from '../../../core/errors.ts';
import type { Instrument } from '../../../core/instrument.ts';
import type { Tick } from '../../../core/tick.ts';
import { dayOf, type EpochMs, MINUTE_MS } from '../../../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../../../core/timeframe.ts';
import type { HoursOf } from './session-hours.ts';

type FormingCandle = { -readonly [Field in keyof Candle]: Candle[Field] };

export class MinuteCandles {
  readonly #instrument: Instrument;
  readonly #hoursOf: HoursOf;
  /** Of days before, oldest first. */
  readonly #past: readonly Candle[];
  readonly #pastDays: readonly Candle[];
  readonly #minutes: FormingCandle[] = [];

  constructor(instrument: Instrument, hoursOf: HoursOf, history: readonly Candle[]) {
    this.#instrument = instrument;
    this.#hoursOf = hoursOf;
    this.#past = history.filter((candle) => candle.timeframe === '1m');
    this.#pastDays = this.#past.length > 0 ? [] : history.filter((candle) => candle.timeframe === '1d');
  }

  take(tick: Tick, traded: number): void {
    const openTime = tick.time - (tick.time % MINUTE_MS);
    const price = tick.lastPrice;
    const last = this.#minutes.at(-1);
    if (last === undefined || last.openTime !== openTime) {
      const isSameDay = last !== undefined && dayOf(last.openTime) === dayOf(openTime);
      this.#minutes.push({
        instrumentId: this.#instrument.id,
        timeframe: '1m',
        openTime,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: traded,
        openInterest: tick.openInterest ?? (isSameDay ? last.openInterest : null),
        provenance: 'live',
      });
      return;
    }
    if (price > last.high) last.high = price;
    if (price < last.low) last.low = price;
    last.close = price;
    last.volume += traded;
    if (tick.openInterest !== null) last.openInterest = tick.openInterest;
  }

  /** Candles with open time in [from, to); the last one may be forming. */
  candles(minutes: number | 'day', from: EpochMs, to: EpochMs): Candle[] {
    const timeframe = timeframeOf(minutes);
    const found: Candle[] = [];
    if (timeframe === '1d') for (const day of this.#pastDays) if (isIn(day, from, to)) found.push({ ...day });
    this.#collect(this.#past, timeframe, from, to, found);
    this.#collect(this.#minutes, timeframe, from, to, found);
    return found;
  }

  #collect(source: readonly Candle[], timeframe: Timeframe, from: EpochMs, to: EpochMs, found: Candle[]): void {
    const lengthMs = timeframe === '1d' ? Number.POSITIVE_INFINITY : Number.parseInt(timeframe, 10) * MINUTE_MS;
    let forming: FormingCandle | undefined;
    for (let i = firstFrom(source, from); i < source.length; i++) {
      const minute = source[i];
      if (minute === undefined || minute.openTime >= to) break;
      const openTime = this.#alignedOpenTime(minute.openTime, lengthMs);
      // The part of a candle that began before the span belongs to no answer.
      if (openTime < from) continue;
      if (forming?.openTime === openTime) {
        addTo(forming, minute);
      } else {
        forming = { ...minute, timeframe, openTime };
        found.push(forming);
      }
    }
    // A candle that began inside the span is told whole, its minutes behind the span too.
    if (forming === undefined || lengthMs === MINUTE_MS) return;
    for (let i = firstFrom(source, to); i < source.length; i++) {
      const minute = source[i];
      if (minute === undefined || this.#alignedOpenTime(minute.openTime, lengthMs) !== forming.openTime) break;
      addTo(forming, minute);
    }
  }

  #alignedOpenTime(time: EpochMs, lengthMs: number): EpochMs {
    if (lengthMs === MINUTE_MS) return time;
    const open = this.#hoursOf(this.#instrument, dayOf(time))?.open ?? time;
    return lengthMs === Number.POSITIVE_INFINITY ? open : open + Math.floor((time - open) / lengthMs) * lengthMs;
  }
}

function addTo(forming: FormingCandle, minute: Candle): void {
  if (minute.high > forming.high) forming.high = minute.high;
  if (minute.low < forming.low) forming.low = minute.low;
  forming.close = minute.close;
  forming.volume += minute.volume;
  forming.openInterest = minute.openInterest;
}

function isIn(candle: Candle, from: EpochMs, to: EpochMs): boolean {
  return candle.openTime >= from && candle.openTime < to;
}

/** Index of the first candle that opens at `time` or later. */
function firstFrom(candles: readonly Candle[], time: EpochMs): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candles[middle]?.openTime ?? Number.POSITIVE_INFINITY) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timeframeOf(minutes: number | 'day'): Timeframe {
  const name = minutes === 'day' ? '1d' : `${minutes}m`;
  const timeframe = TIMEFRAMES.find((known) => known === name);
  if (timeframe === undefined) {
    throw new InvariantError(`Expected candles of ${TIMEFRAMES.join(', ')}, found "${name}"`);
  }
  return timeframe;
}
