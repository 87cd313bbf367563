import type { Candle } from '../../core/candle.ts';

/**
 * A streaming indicator over closed candles. `value` is undefined until `warmUp` candles have been seen
 * and defined from that candle on.
 */
export interface Indicator<Value = number> {
  /** Candles needed before a value exists, the candle that gives the first value included. */
  readonly warmUp: number;
  readonly value: Value | undefined;
  update(candle: Candle): void;
}
