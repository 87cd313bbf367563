import type { Candle } from '../../core/candle.ts';
import { ExponentialAverage } from './exponential-average.ts';
import type { Indicator } from './indicator.ts';
import { type PriceSource, priceOf } from './price-source.ts';

/**
 * Exponential moving average: ema += (price - ema) * 2 / (period + 1).
 * Seed: the simple mean of the first `period` prices, which is the first value, at candle `period`.
 */
export class Ema implements Indicator {
  readonly warmUp: number;
  readonly #source: PriceSource;
  readonly #average: ExponentialAverage;

  constructor(options: { readonly period: number; readonly source?: PriceSource }) {
    this.#average = new ExponentialAverage(options.period);
    this.#source = options.source ?? 'close';
    this.warmUp = options.period;
  }

  get value(): number | undefined {
    return this.#average.value;
  }

  update(candle: Candle): void {
    this.#average.update(priceOf(candle, this.#source));
  }
}
