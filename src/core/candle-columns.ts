/**
 * Candles of one instrument and one timeframe as columns, in order of open time: what a million of them are read,
 * generated and replayed as. Row `i` of every column belongs to the same candle; every column has `count` rows.
 */
export interface CandleColumns {
  readonly count: number;
  /** Epoch ms UTC. */
  readonly openTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}
