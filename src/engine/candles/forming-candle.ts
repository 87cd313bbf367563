import type { Rupees } from '../../core/money.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Timeframe } from '../../core/timeframe.ts';

/**
 * The unfinished candle; nothing outside this folder sees it. Its ticks may come in any order: open and close go by the
 * exchange's time, and the volume is known at the end only, from the highest cumulative volume seen. Reused after closing.
 * Numbers only (NaN for "none"), so that a tick allocates nothing.
 */
export class FormingCandle {
  timeframe: Timeframe = '1m';
  openTime: EpochMs = Number.POSITIVE_INFINITY;
  endTime: EpochMs = Number.NEGATIVE_INFINITY;
  open: Rupees = Number.NaN;
  high: Rupees = Number.NEGATIVE_INFINITY;
  low: Rupees = Number.POSITIVE_INFINITY;
  close: Rupees = Number.NaN;
  firstTickTime: EpochMs = Number.POSITIVE_INFINITY;
  lastTickTime: EpochMs = Number.NEGATIVE_INFINITY;
  cumulativeVolume = Number.NEGATIVE_INFINITY;
  openInterest = Number.NaN;

  get hasTrade(): boolean {
    return this.firstTickTime !== Number.POSITIVE_INFINITY;
  }

  start(timeframe: Timeframe, openTime: EpochMs, endTime: EpochMs): void {
    this.timeframe = timeframe;
    this.openTime = openTime;
    this.endTime = endTime;
    this.open = Number.NaN;
    this.high = Number.NEGATIVE_INFINITY;
    this.low = Number.POSITIVE_INFINITY;
    this.close = Number.NaN;
    this.firstTickTime = Number.POSITIVE_INFINITY;
    this.lastTickTime = Number.NEGATIVE_INFINITY;
    this.cumulativeVolume = Number.NEGATIVE_INFINITY;
    this.openInterest = Number.NaN;
  }

  take(time: EpochMs, price: Rupees, cumulativeVolume: number, openInterest: number | null): void {
    if (time < this.firstTickTime) {
      this.firstTickTime = time;
      this.open = price;
    }
    if (time >= this.lastTickTime) {
      this.lastTickTime = time;
      this.close = price;
      if (openInterest !== null) this.openInterest = openInterest;
    }
    if (price > this.high) this.high = price;
    if (price < this.low) this.low = price;
    if (cumulativeVolume > this.cumulativeVolume) this.cumulativeVolume = cumulativeVolume;
  }
}

/** Holds no time at all: stands for "none is open" without a null check per tick. */
export const NO_FORMING_CANDLE: Readonly<FormingCandle> = new FormingCandle();
