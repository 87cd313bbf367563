import type { Candle } from '../../core/candle.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { EpochMs } from '../../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../../core/timeframe.ts';
import type { CloseTimes } from './close-times.ts';
import { RollUp } from './roll-up.ts';
import type { StreamGaps } from './stream-gaps.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** The larger candles of one instrument. They close in the order of their ends, the smaller timeframe first at the same end. */
export class RollUps {
  readonly #instrumentId: InstrumentId;
  readonly #gaps: StreamGaps;
  readonly #closeTimes: CloseTimes;
  readonly #onClosed: (candle: Candle) => void;
  /** All asked for, in the order of timeframes; and those that the present base divides. */
  #asked: readonly RollUp[] = [];
  #fed: readonly RollUp[] = [];
  /** The earliest end of an open one; Infinity when none is open. */
  nextEnd: EpochMs = NEVER;

  constructor(
    instrumentId: InstrumentId,
    gaps: StreamGaps,
    closeTimes: CloseTimes,
    onClosed: (candle: Candle) => void,
  ) {
    this.#instrumentId = instrumentId;
    this.#gaps = gaps;
    this.#closeTimes = closeTimes;
    this.#onClosed = onClosed;
  }

  has(timeframe: Timeframe): boolean {
    return this.#asked.some((rollUp) => rollUp.timeframe === timeframe);
  }

  ask(timeframes: readonly Timeframe[], lastBaseEnd: EpochMs, sessionOpen: EpochMs, sessionClose: EpochMs): void {
    const added: RollUp[] = [];
    for (const timeframe of TIMEFRAMES) {
      if (timeframe === '1m' || !timeframes.includes(timeframe) || this.has(timeframe)) continue;
      const rollUp = new RollUp(timeframe);
      rollUp.skipPast(lastBaseEnd, sessionOpen, sessionClose);
      added.push(rollUp);
    }
    // A new array: who hears of a closed candle may ask for more while the old one is being walked.
    this.#asked = [...this.#asked, ...added].sort((a, b) => a.lengthMs - b.lengthMs);
  }

  /** Only multiples of the base can be rolled up from it. */
  feedFrom(baseMs: number): void {
    this.#fed = this.#asked.filter((rollUp) => rollUp.lengthMs > baseMs && rollUp.lengthMs % baseMs === 0);
  }

  /** A closed base candle: into all that hold it, and those that end with it close. */
  take(candle: Candle, end: EpochMs, sessionOpen: EpochMs, sessionClose: EpochMs): void {
    const fed = this.#fed;
    for (let i = 0; i < fed.length; i++) {
      const rollUp = fed[i];
      if (rollUp === undefined) continue;
      if (!rollUp.isOpen) {
        if (!rollUp.start(candle, sessionOpen, sessionClose)) continue;
        this.#closeTimes.add(rollUp.endTime);
        if (rollUp.endTime < this.nextEnd) this.nextEnd = rollUp.endTime;
      }
      rollUp.add(candle);
    }
    if (end >= this.nextEnd) this.closeUntil(end);
  }

  closeUntil(time: EpochMs): void {
    while (this.nextEnd <= time) {
      const end = this.nextEnd;
      const asked = this.#asked;
      this.nextEnd = NEVER;
      for (let i = 0; i < asked.length; i++) {
        const rollUp = asked[i];
        if (rollUp === undefined) continue;
        if (rollUp.endTime === end) {
          this.#closeTimes.remove(end);
          const hasGap = this.#gaps.overlap(rollUp.openTime, end);
          this.#onClosed(rollUp.finish(this.#instrumentId, hasGap));
        } else if (rollUp.endTime < this.nextEnd) this.nextEnd = rollUp.endTime;
      }
    }
  }
}
