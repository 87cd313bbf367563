import type { EpochMs } from '../core/time.ts';
import type { MarketEntry, MarketView } from './market-view.ts';

const NONE: readonly MarketEntry[] = [];

/** When the intraday positions of which instrument must be closed; each instrument follows its own session. */
export class SquareOffTimes {
  readonly #market: MarketView;
  readonly #beforeCloseMs: number;
  readonly #entries: readonly MarketEntry[];
  nextTime: EpochMs = Number.POSITIVE_INFINITY;

  constructor(market: MarketView, beforeCloseMs: number, intraday: readonly MarketEntry[]) {
    this.#market = market;
    this.#beforeCloseMs = beforeCloseMs;
    this.#entries = intraday;
  }

  /** Looks the day's times up; one that has passed is due at once. */
  startDay(now: EpochMs): void {
    for (const entry of this.#entries) {
      const session = this.#market.sessionAt(entry, now);
      entry.squareOffTime = session ? session.close - this.#beforeCloseMs : Number.POSITIVE_INFINITY;
    }
    this.#findNext();
  }

  /** The instruments whose time has come, each once a day. */
  due(now: EpochMs): readonly MarketEntry[] {
    if (now < this.nextTime) return NONE;
    const due = this.#entries.filter((entry) => entry.squareOffTime <= now);
    for (const entry of due) entry.squareOffTime = Number.POSITIVE_INFINITY;
    this.#findNext();
    return due;
  }

  #findNext(): void {
    this.nextTime = this.#entries.reduce(
      (first, entry) => Math.min(first, entry.squareOffTime),
      Number.POSITIVE_INFINITY,
    );
  }
}
