import type { Candle } from '../../core/candle.ts';
import type { Indicator } from './indicator.ts';
import { RollingWindow } from './rolling-window.ts';

export interface StochasticValue {
  readonly k: number;
  readonly d: number;
}

/**
 * Stochastic oscillator, 0 to 100: raw %K = 100 * (close - lowest low) / (highest high - lowest low) over `period` candles;
 * k = simple mean of the latest `smoothing` raw values (1: the fast oscillator, 3: the slow one); d = simple mean of the
 * latest `signalPeriod` k. First value at candle `period + smoothing + signalPeriod - 2`. A window without any range counts
 * as 50, the middle.
 *
 * Written out: technicalindicators calls such a window 0 and gives about 1 million values a second; trading-signals answers
 * 0 as well.
 */
export class Stochastic implements Indicator<StochasticValue> {
  readonly warmUp: number;
  readonly #highs: RollingWindow;
  readonly #lows: RollingWindow;
  readonly #raw: RollingWindow;
  readonly #smoothed: RollingWindow;
  #k = 0;
  #d = 0;

  constructor(options: { readonly period?: number; readonly smoothing?: number; readonly signalPeriod?: number } = {}) {
    const period = options.period ?? 14;
    this.#highs = new RollingWindow(period);
    this.#lows = new RollingWindow(period);
    this.#raw = new RollingWindow(options.smoothing ?? 1, 'smoothing');
    this.#smoothed = new RollingWindow(options.signalPeriod ?? 3, 'signalPeriod');
    this.warmUp = period + this.#raw.size + this.#smoothed.size - 2;
  }

  /** Made when asked for, so that candles nobody looks at cost no object. */
  get value(): StochasticValue | undefined {
    return this.#smoothed.isFull ? { k: this.#k, d: this.#d } : undefined;
  }

  update(candle: Candle): void {
    this.#highs.push(candle.high);
    this.#lows.push(candle.low);
    if (!this.#highs.isFull) return;
    const lowest = this.#lows.lowest();
    const range = this.#highs.highest() - lowest;
    this.#raw.push(range > 0 ? 100 * ((candle.close - lowest) / range) : 50);
    if (!this.#raw.isFull) return;
    this.#k = this.#raw.mean();
    this.#smoothed.push(this.#k);
    if (this.#smoothed.isFull) this.#d = this.#smoothed.mean();
  }
}
