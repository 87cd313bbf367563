import { requirePeriod } from './period.ts';

/**
 * Exponential average of plain numbers: weight 2 / (period + 1), seeded with the simple mean of the first `period` values.
 *
 * Written out rather than wrapped: two of technicalindicators' generators took a quarter of the time a backtest has for one
 * candle, and its MACD reports no signal line when that is exactly 0; trading-signals seeds with the first price.
 */
export class ExponentialAverage {
  readonly period: number;
  readonly #weight: number;
  #seen = 0;
  /** The sum of the seed's values until it is complete, the average from then on. */
  #state = 0;

  constructor(period: number, name = 'period') {
    this.period = requirePeriod(period, name);
    this.#weight = 2 / (period + 1);
  }

  get value(): number | undefined {
    return this.#seen < this.period ? undefined : this.#state;
  }

  update(value: number): void {
    if (this.#seen === this.period) {
      this.#state += (value - this.#state) * this.#weight;
      return;
    }
    this.#seen++;
    this.#state += value;
    if (this.#seen === this.period) this.#state /= this.period;
  }
}
