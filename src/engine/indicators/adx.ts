import technicalIndicators from 'technicalindicators';
import type { Candle } from '../../core/candle.ts';
import type { Indicator } from './indicator.ts';
import { requirePeriod } from './period.ts';

export interface AdxValue {
  /** Strength of the trend, 0 to 100, whichever way it goes. */
  readonly adx: number;
  readonly plusDi: number;
  readonly minusDi: number;
}

type WilderAverage = InstanceType<typeof technicalIndicators.WEMA>;

/**
 * Wilder's average directional index. Per candle from the second on: +DM is the rise of the high when it is larger than the
 * fall of the low and above 0 (-DM the reverse); DI = 100 * Wilder average of DM / Wilder average of the true range;
 * DX = 100 * |+DI - -DI| / (+DI + -DI); adx is the Wilder average of DX. Seeds: simple means of the first `period` values,
 * so DX exists from candle `period + 1` and the first value is at candle `2 * period`. Nothing moving counts as DI and DX 0.
 *
 * technicalindicators supplies true range and averages; its own ADX divides 0 by 0 on flat prices and stays NaN for good.
 */
export class Adx implements Indicator<AdxValue> {
  readonly warmUp: number;
  readonly #trueRange = new technicalIndicators.TrueRange({ high: [], low: [], close: [] });
  readonly #averageRange: WilderAverage;
  readonly #averageRise: WilderAverage;
  readonly #averageFall: WilderAverage;
  readonly #averageDx: WilderAverage;
  #previousHigh = 0;
  #previousLow = 0;
  #adx: number | undefined;
  #plusDi = 0;
  #minusDi = 0;

  constructor(options: { readonly period?: number } = {}) {
    const period = requirePeriod(options.period ?? 14);
    this.warmUp = 2 * period;
    this.#averageRange = new technicalIndicators.WEMA({ period, values: [] });
    this.#averageRise = new technicalIndicators.WEMA({ period, values: [] });
    this.#averageFall = new technicalIndicators.WEMA({ period, values: [] });
    this.#averageDx = new technicalIndicators.WEMA({ period, values: [] });
  }

  /** Made when asked for, so that candles nobody looks at cost no object. */
  get value(): AdxValue | undefined {
    if (this.#adx === undefined) return undefined;
    return { adx: this.#adx, plusDi: this.#plusDi, minusDi: this.#minusDi };
  }

  update(candle: Candle): void {
    const up = candle.high - this.#previousHigh;
    const down = this.#previousLow - candle.low;
    this.#previousHigh = candle.high;
    this.#previousLow = candle.low;
    const trueRange = this.#trueRange.nextValue(candle);
    if (trueRange === undefined) return; // the first candle has nothing to be compared with
    const range = this.#averageRange.nextValue(trueRange);
    const rise = this.#averageRise.nextValue(up > down && up > 0 ? up : 0);
    const fall = this.#averageFall.nextValue(down > up && down > 0 ? down : 0);
    if (range === undefined || rise === undefined || fall === undefined) return;
    this.#plusDi = range > 0 ? 100 * (rise / range) : 0;
    this.#minusDi = range > 0 ? 100 * (fall / range) : 0;
    const sum = this.#plusDi + this.#minusDi;
    this.#adx = this.#averageDx.nextValue(sum > 0 ? 100 * (Math.abs(this.#plusDi - this.#minusDi) / sum) : 0);
  }
}
