import type { Candle } from '../../core/candle.ts';
import { ConfigError } from '../../core/errors.ts';
import { ExponentialAverage } from './exponential-average.ts';
import type { Indicator } from './indicator.ts';
import { type PriceSource, priceOf } from './price-source.ts';

export interface MacdValue {
  readonly macd: number;
  readonly signal: number;
  /** macd - signal. */
  readonly histogram: number;
}

/**
 * Moving average convergence divergence: macd = EMA(fast) - EMA(slow), signal = EMA(signalPeriod) of macd.
 * Each average is seeded with the simple mean of its own first values; macd exists from candle `slow`, so the first value
 * with its signal line is at candle `slow + signalPeriod - 1`.
 */
export class Macd implements Indicator<MacdValue> {
  readonly warmUp: number;
  readonly #source: PriceSource;
  readonly #fast: ExponentialAverage;
  readonly #slow: ExponentialAverage;
  readonly #signal: ExponentialAverage;

  constructor(
    options: {
      readonly fast?: number;
      readonly slow?: number;
      readonly signalPeriod?: number;
      readonly source?: PriceSource;
    } = {},
  ) {
    this.#fast = new ExponentialAverage(options.fast ?? 12, 'fast');
    this.#slow = new ExponentialAverage(options.slow ?? 26, 'slow');
    this.#signal = new ExponentialAverage(options.signalPeriod ?? 9, 'signalPeriod');
    if (this.#fast.period >= this.#slow.period) {
      throw new ConfigError(`Expected "fast" below "slow" ("${this.#slow.period}"), found "${this.#fast.period}"`);
    }
    this.#source = options.source ?? 'close';
    this.warmUp = this.#slow.period + this.#signal.period - 1;
  }

  /** Made when asked for, so that candles nobody looks at cost no object. */
  get value(): MacdValue | undefined {
    const fast = this.#fast.value;
    const slow = this.#slow.value;
    const signal = this.#signal.value;
    if (fast === undefined || slow === undefined || signal === undefined) return undefined;
    const macd = fast - slow;
    return { macd, signal, histogram: macd - signal };
  }

  update(candle: Candle): void {
    const price = priceOf(candle, this.#source);
    this.#fast.update(price);
    this.#slow.update(price);
    const fast = this.#fast.value;
    const slow = this.#slow.value;
    if (fast !== undefined && slow !== undefined) this.#signal.update(fast - slow);
  }
}
