import type { EpochMs } from '../../core/time.ts';

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
  /** Cumulative volume already given to candles; NaN before the first tick. */
  #booked = Number.NaN;
  #bookedTime: EpochMs = Number.POSITIVE_INFINITY;
  #hasClosed = false;

  get newestTime(): EpochMs {
    return this.#newestTime;
  }

  startDay(): void {
    this.#newestTime = Number.NEGATIVE_INFINITY;
    this.#highest = Number.NEGATIVE_INFINITY;
    this.#offset = 0;
    this.#resetTime = Number.NEGATIVE_INFINITY;
    this.#booked = Number.NaN;
    this.#bookedTime = Number.POSITIVE_INFINITY;
    this.#hasClosed = false;
  }

  /** The cumulative volume to hold against the tick's candle; never falls from one tick to a later one. */
  take(time: EpochMs, reported: number, firstMinuteEnd: EpochMs): number {
    let cumulative = reported + this.#offset;
    if (time > this.#newestTime) {
      if (cumulative < this.#highest) {
        this.#offset += this.#highest - cumulative;
        this.#resetTime = time;
        cumulative = this.#highest;
      }
      if (this.#newestTime === Number.NEGATIVE_INFINITY) this.#book(time, cumulative, firstMinuteEnd);
      this.#newestTime = time;
    } else if (time < this.#resetTime) {
      return Number.NEGATIVE_INFINITY;
    } else if (time <= this.#bookedTime && !this.#hasClosed) {
      this.#book(time, time === this.#bookedTime ? Math.min(cumulative, this.#booked) : cumulative, firstMinuteEnd);
    }
    if (cumulative > this.#highest) this.#highest = cumulative;
    return cumulative;
  }

  /** Volume of a closing candle whose ticks reached `cumulative`. */
  close(cumulative: number): number {
    this.#hasClosed = true;
    if (!(cumulative > this.#booked)) return 0;
    const volume = cumulative - this.#booked;
    this.#booked = cumulative;
    return volume;
  }

  /** A ready candle brought this volume. */
  skip(volume: number): void {
    this.#hasClosed = true;
    this.#booked += volume;
  }

  #book(time: EpochMs, cumulative: number, firstMinuteEnd: EpochMs): void {
    this.#booked = time < firstMinuteEnd ? 0 : cumulative;
    this.#bookedTime = time;
  }
}
