import technicalIndicators from 'technicalindicators';
import type { Candle } from '../../core/candle.ts';
import type { Indicator } from './indicator.ts';
import { requirePeriod } from './period.ts';
import { type PriceSource, priceOf } from './price-source.ts';

/**
 * Relative strength index, 0 to 100: 100 * (gain / (gain + loss)), where gain and loss are Wilder averages of the rises and
 * falls from price to price. Seed: the simple means of the first `period` changes, so the first value is at candle
 * `period + 1`. Prices that have never moved give 50; no fall at all gives 100.
 *
 * technicalindicators supplies the averages; its own RSI is rounded to two decimals.
 */
export class Rsi implements Indicator {
  readonly warmUp: number;
  readonly #source: PriceSource;
  readonly #gain: InstanceType<typeof technicalIndicators.AverageGain>;
  readonly #loss: InstanceType<typeof technicalIndicators.AverageLoss>;
  #value: number | undefined;

  constructor(options: { readonly period: number; readonly source?: PriceSource }) {
    const period = requirePeriod(options.period);
    this.warmUp = period + 1;
    this.#source = options.source ?? 'close';
    this.#gain = new technicalIndicators.AverageGain({ period, values: [] });
    this.#loss = new technicalIndicators.AverageLoss({ period, values: [] });
  }

  get value(): number | undefined {
    return this.#value;
  }

  update(candle: Candle): void {
    const price = priceOf(candle, this.#source);
    const gain = this.#gain.nextValue(price);
    const loss = this.#loss.nextValue(price);
    if (gain === undefined || loss === undefined) return;
    this.#value = gain + loss === 0 ? 50 : 100 * (gain / (gain + loss));
  }
}
