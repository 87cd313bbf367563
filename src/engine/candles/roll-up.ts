import type { Candle, Provenance } from '../../core/candle.ts';
import type { Rupees } from '../../core/money.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Timeframe, timeframeMs } from '../../core/timeframe.ts';
import { alignedEndTime, alignedOpenTime } from './candle-alignment.ts';
import { worstProvenance } from './worst-provenance.ts';

/** A larger candle in the making, out of closed base candles. Reused for the next one. */
export class RollUp {
  readonly timeframe: Timeframe;
  readonly lengthMs: number;
  openTime: EpochMs = Number.NEGATIVE_INFINITY;
  /** Infinity while none is open. */
  endTime: EpochMs = Number.POSITIVE_INFINITY;
  /** Parts before this belong to a candle that was not watched from its start, or is closed. */
  #from: EpochMs = Number.NEGATIVE_INFINITY;
  #open: Rupees = Number.NaN;
  #high: Rupees = Number.NEGATIVE_INFINITY;
  #low: Rupees = Number.POSITIVE_INFINITY;
  #close: Rupees = Number.NaN;
  #volume = 0;
  #openInterest: number | null = null;
  #provenance: Provenance = 'live';

  constructor(timeframe: Timeframe) {
    this.timeframe = timeframe;
    this.lengthMs = timeframeMs(timeframe);
  }

  /** Asked for in mid-session: a candle whose first parts have closed unseen is not built. */
  skipPast(lastBaseEnd: EpochMs, sessionOpen: EpochMs, sessionClose: EpochMs): void {
    if (!(lastBaseEnd > sessionOpen && lastBaseEnd <= sessionClose)) return;
    const openTime = alignedOpenTime(sessionOpen, this.lengthMs, lastBaseEnd);
    this.#from = openTime === lastBaseEnd ? openTime : alignedEndTime(sessionClose, this.lengthMs, openTime);
  }

  get isOpen(): boolean {
    return this.endTime !== Number.POSITIVE_INFINITY;
  }

  /** Opens the candle that holds the part; false when that candle may not be built. */
  start(part: Candle, sessionOpen: EpochMs, sessionClose: EpochMs): boolean {
    if (part.openTime < this.#from) return false;
    this.openTime = alignedOpenTime(sessionOpen, this.lengthMs, part.openTime);
    this.endTime = alignedEndTime(sessionClose, this.lengthMs, this.openTime);
    this.#open = part.open;
    this.#high = part.high;
    this.#low = part.low;
    this.#volume = 0;
    this.#provenance = part.provenance;
    return true;
  }

  add(part: Candle): void {
    if (part.high > this.#high) this.#high = part.high;
    if (part.low < this.#low) this.#low = part.low;
    this.#close = part.close;
    this.#volume += part.volume;
    this.#openInterest = part.openInterest;
    if (part.provenance !== this.#provenance) this.#provenance = worstProvenance(this.#provenance, part.provenance);
  }

  /** `hasGap`: the stream was down inside the candle, so that parts may be missing altogether. */
  finish(instrumentId: Candle['instrumentId'], hasGap: boolean): Candle {
    this.#from = this.endTime;
    this.endTime = Number.POSITIVE_INFINITY;
    return {
      instrumentId,
      timeframe: this.timeframe,
      openTime: this.openTime,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      volume: this.#volume,
      openInterest: this.#openInterest,
      provenance: hasGap && this.#provenance === 'live' ? 'live-with-gap' : this.#provenance,
    };
  }
}
