import type { Paise } from '../core/money.ts';
import type { Portfolio } from '../engine/portfolio/portfolio.ts';

/** The account's value at every candle's end, open positions included: from it the deepest fall. */
export class EquityMarks {
  readonly #portfolio: Portfolio;
  #peak: Paise;
  maxDrawdownPaise: Paise = 0;
  maxDrawdownPercent = 0;

  constructor(portfolio: Portfolio) {
    this.#portfolio = portfolio;
    this.#peak = portfolio.capitalPaise;
  }

  mark(): void {
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
