import type { Candle } from '../../core/candle.ts';
import type { Rupees } from '../../core/money.ts';
import { Atr } from './atr.ts';
import type { Indicator } from './indicator.ts';
import { requirePositive } from './period.ts';

export interface SupertrendValue {
  /** The lower band in an up-trend, the upper band in a down-trend. */
  readonly line: Rupees;
  readonly trend: 'up' | 'down';
}

/**
 * Supertrend: bands at (high + low) / 2 -+ multiplier * ATR(period, Wilder). While the previous close is above the lower
 * band that band only rises; while it is below the upper band that band only falls. The trend turns up on a close above the
 * upper band and down on a close below the lower band.
 * Seed: the first value, at candle `period + 1`, is a down-trend with unadjusted bands, as TradingView has it.
 */
export class Supertrend implements Indicator<SupertrendValue> {
  readonly warmUp: number;
  readonly #atr: Atr;
  readonly #multiplier: number;
  #lower = 0;
  #upper = 0;
  #previousClose = 0;
  #isUp = false;
  #hasBands = false;

  constructor(options: { readonly period?: number; readonly multiplier?: number } = {}) {
    this.#atr = new Atr({ period: options.period ?? 10 });
    this.#multiplier = requirePositive(options.multiplier ?? 3, 'multiplier');
    this.warmUp = this.#atr.warmUp;
  }

  /** Made when asked for, so that candles nobody looks at cost no object. */
  get value(): SupertrendValue | undefined {
    if (!this.#hasBands) return undefined;
    return this.#isUp ? { line: this.#lower, trend: 'up' } : { line: this.#upper, trend: 'down' };
  }

  update(candle: Candle): void {
    this.#atr.update(candle);
    const atr = this.#atr.value;
    if (atr === undefined) return;
    const middle = (candle.high + candle.low) / 2;
    const lower = middle - this.#multiplier * atr;
    const upper = middle + this.#multiplier * atr;
    if (this.#hasBands) {
      if (lower > this.#lower || this.#previousClose < this.#lower) this.#lower = lower;
      if (upper < this.#upper || this.#previousClose > this.#upper) this.#upper = upper;
      this.#isUp = this.#isUp ? candle.close >= this.#lower : candle.close > this.#upper;
    } else {
      this.#lower = lower;
      this.#upper = upper;
      this.#hasBands = true;
    }
    this.#previousClose = candle.close;
  }
}
