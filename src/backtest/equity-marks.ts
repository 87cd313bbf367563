import type { Paise } from '../core/money.ts';
import type { Trade } from '../core/trade.ts';
import type { Portfolio } from '../engine/portfolio/portfolio.ts';

/** The account's value at candles' ends, open positions included: from it the deepest fall. */
export class EquityMarks {
  readonly #portfolio: Portfolio;
  readonly #trades: readonly Trade[];
  #markedTrades = 0;
  #peak: Paise;
  maxDrawdownPaise: Paise = 0;
  maxDrawdownPercent = 0;

  /** `trades` grows as trades are closed. */
  constructor(portfolio: Portfolio, trades: readonly Trade[]) {
    this.#portfolio = portfolio;
    this.#trades = trades;
    this.#peak = portfolio.capitalPaise;
  }

  /** At a candle's end. While flat nothing changes but by trades that were opened and closed inside the candle. */
  mark(): void {
    const closed = this.#trades.length;
    if (this.#portfolio.open.size === 0 && closed === this.#markedTrades) return;
    this.#markedTrades = closed;
    const equity = this.#portfolio.equityPaise;
    if (equity >= this.#peak) {
      this.#peak = equity;
      return;
    }
    const fall = this.#peak - equity;
    if (fall > this.maxDrawdownPaise) this.maxDrawdownPaise = fall;
    const percent = (fall / this.#peak) * 100;
    if (percent > this.maxDrawdownPercent) this.maxDrawdownPercent = percent;
  }
}
