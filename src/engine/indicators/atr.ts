import technicalIndicators from 'technicalindicators';
import type { Candle } from '../../core/candle.ts';
import type { Rupees } from '../../core/money.ts';
import type { Indicator } from './indicator.ts';
import { requirePeriod } from './period.ts';

/**
 * Average true range in rupees, Wilder's smoothing: atr += (trueRange - atr) / period. A true range spans the candle and the
 * previous close, so the first candle has none. Seed: the simple mean of the first `period` true ranges, which is the first
 * value, at candle `period + 1`. Charts that count the first candle's high - low as a true range start one candle earlier.
 * Backed by technicalindicators.
 */
export class Atr implements Indicator<Rupees> {
  readonly warmUp: number;
  readonly #average: InstanceType<typeof technicalIndicators.ATR>;
  #value: Rupees | undefined;

  constructor(options: { readonly period?: number } = {}) {
    const period = requirePeriod(options.period ?? 14);
    this.warmUp = period + 1;
    this.#average = new technicalIndicators.ATR({ period, high: [], low: [], close: [] });
  }

  get value(): Rupees | undefined {
    return this.#value;
  }

  update(candle: Candle): void {
    this.#value = this.#average.nextValue(candle);
  }
}
