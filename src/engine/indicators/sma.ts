import technicalIndicators from 'technicalindicators';
import type { Candle } from '../../core/candle.ts';
import type { Indicator } from './indicator.ts';
import { requirePeriod } from './period.ts';
import { type PriceSource, priceOf } from './price-source.ts';

/**
 * Simple moving average: the mean of the latest `period` prices.
 * First value at candle `period`. Backed by technicalindicators.
 */
export class Sma implements Indicator {
  readonly warmUp: number;
  readonly #source: PriceSource;
  readonly #average: InstanceType<typeof technicalIndicators.SMA>;
  #value: number | undefined;

  constructor(options: { readonly period: number; readonly source?: PriceSource }) {
    this.warmUp = requirePeriod(options.period);
    this.#source = options.source ?? 'close';
    this.#average = new technicalIndicators.SMA({ period: options.period, values: [] });
  }

  get value(): number | undefined {
    return this.#value;
  }

  update(candle: Candle): void {
    this.#value = this.#average.nextValue(priceOf(candle, this.#source));
  }
}
