import { type EpochMs, MINUTE_MS } from '../../core/time.ts';

/**
 * Turns the day's cumulative volume, as the stream reports it, into volume per candle.
 * - The first tick of the day: in the session's first minute everything before it belongs to that minute (the opening
 *   auction's volume too). Later in the day what was traded before it is unknown and counted nowhere.
 * - A cumulative volume that falls from one tick to a later one was reset: counting goes on from the new figure.
 * - A tick that is no newer than the newest may carry a smaller figure: it was overtaken, and nothing was reset.
 * - Volume that ready candles brought (a back-filled gap) is not counted again by the next tick.
 */
export class DayVolume {
  #newestTime: EpochMs = Number.NEGATIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;
  #offset = 0;
  #resetTime: EpochMs = Number.NEGATIVE_INFINITY;
  /** From when on volume is counted: the session's open, or the first tick of a day joined late. */
  #countedFrom: EpochMs = Number.POSITIVE_INFINITY;
  /** Cumulative volume that candles have already, or that was traded before `countedFrom`. */
  #booked = 0;

  get newestTime(): EpochMs {
    return this.#newestTime;
  }

  startDay(): void {
    this.#newestTime = Number.NEGATIVE_INFINITY;
    this.#highest = Number.NEGATIVE_INFINITY;
    this.#offset = 0;
    this.#resetTime = Number.NEGATIVE_INFINITY;
    this.#countedFrom = Number.POSITIVE_INFINITY;
    this.#booked = 0;
  }

  /** The cumulative volume to hold against the tick's candle; never falls from one tick to a later one. */
  take(time: EpochMs, reported: number, sessionOpen: EpochMs): number {
    let cumulative = reported + this.#offset;
    if (time > this.#newestTime) {
      if (cumulative < this.#highest) {
        this.#offset += this.#highest - cumulative;
        this.#resetTime = time;
        cumulative = this.#highest;
      }
      if (this.#newestTime === Number.NEGATIVE_INFINITY) this.#countFrom(time, cumulative, sessionOpen);
      this.#newestTime = time;
    } else if (time < this.#resetTime) {
      return Number.NEGATIVE_INFINITY;
    } else if (time <= this.#countedFrom) {
      this.#countFrom(time, time === this.#countedFrom ? Math.min(cumulative, this.#booked) : cumulative, sessionOpen);
    }
    if (cumulative > this.#highest) this.#highest = cumulative;
    return cumulative;
  }

  /** Volume of a candle whose ticks reached `cumulative`. */
  close(cumulative: number): number {
    if (cumulative <= this.#booked) return 0;
    const volume = cumulative - this.#booked;
    this.#booked = cumulative;
    return volume;
  }

  /** A ready candle brought this volume. */
  skip(volume: number, openTime: EpochMs): void {
    if (openTime >= this.#countedFrom) this.#booked += volume;
  }

  #countFrom(time: EpochMs, cumulative: number, sessionOpen: EpochMs): void {
    const isFirstMinute = time < sessionOpen + MINUTE_MS;
    this.#countedFrom = isFirstMinute ? sessionOpen : time;
    this.#booked = isFirstMinute ? 0 : cumulative;
  }
}
