import type { CandleColumns } from '../core/candle-columns.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketSession } from '../core/market-session.ts';
import { snapToTick } from '../core/money.ts';
import { MINUTE_MS } from '../core/time.ts';
import { intradayShape } from './price-path.ts';
import type { Random } from './random.ts';

export interface PathCandles {
  readonly random: Random;
  /** Log prices, one per step from `pathOpen` on. */
  readonly path: Float64Array;
  readonly pathOpen: number;
  readonly stepMs: number;
  readonly session: MarketSession;
  readonly instrument: Instrument;
  /** Units on an average day; 0 for an index. */
  readonly dailyVolume: number;
}

/** One-minute candles of one session, off a path of log prices; an unfinished last minute is left out. */
export function candlesOfPath(options: PathCandles): CandleColumns {
  const { random, path, pathOpen, stepMs, session, instrument, dailyVolume } = options;
  const count = Math.floor((session.close - session.open) / MINUTE_MS);
  const stepsPerCandle = MINUTE_MS / stepMs;
  const firstStep = (session.open - pathOpen) / stepMs;
  const columns = {
    count,
    openTime: new Float64Array(count),
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
  };
  for (let row = 0; row < count; row++) {
    let high = Number.NEGATIVE_INFINITY;
    let low = Number.POSITIVE_INFINITY;
    let open = 0;
    let close = 0;
    for (let step = 0; step < stepsPerCandle; step++) {
      const exact = Math.exp(path[firstStep + row * stepsPerCandle + step] ?? 0);
      const price = Math.max(instrument.tickSize, snapToTick(exact, instrument.tickSize));
      if (step === 0) open = price;
      if (price > high) high = price;
      if (price < low) low = price;
      close = price;
    }
    columns.openTime[row] = session.open + row * MINUTE_MS;
    columns.open[row] = open;
    columns.high[row] = high;
    columns.low[row] = low;
    columns.close[row] = close;
    // A minute that travels far trades more.
    const travel = 1 + 150 * Math.log(high / low);
    const mean = (dailyVolume / count) * intradayShape(row / count) * travel;
    columns.volume[row] =
      dailyVolume === 0 ? 0 : Math.max(1, Math.round(mean * Math.exp(0.35 * random.normal() - 0.06)));
  }
  return columns;
}
