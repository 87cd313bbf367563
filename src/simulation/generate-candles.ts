/**
 * A cheap run of one-minute candles for measurements: one instrument, weekdays 09:15 to 15:30 IST, no calendar.
 */
import type { CandleColumns } from '../core/candle-columns.ts';
import type { Rupees } from '../core/money.ts';
import { type DayNumber, HOUR_MS, MINUTE_MS, parseDay, startOfDay, weekdayOf } from '../core/time.ts';
import { intradayShape } from './price-path.ts';
import { createRandom } from './random.ts';

export interface CandleRun {
  readonly seed: string;
  readonly count: number;
  readonly startPrice: Rupees;
  /** First trading day; 2013-01-01 by default. */
  readonly from?: DayNumber;
  /** Standard deviation of one minute's log return; 0.0007 by default. */
  readonly volatility?: number;
}

const CANDLES_A_DAY = 375;
const OPEN_MS = 9 * HOUR_MS + 15 * MINUTE_MS;
/** Ticks of 0.05 rupee; prices are kept as whole ticks so that they carry no binary dust. */
const TICKS_PER_RUPEE = 20;
const MEAN_TREND_MINUTES = 90;

export function generateCandles({ seed, count, startPrice, from, volatility = 0.0007 }: CandleRun): CandleColumns {
  const random = createRandom(seed);
  const [openTime, open, high, low, close, volume] = Array.from({ length: 6 }, () => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const shapes = Float64Array.from({ length: CANDLES_A_DAY }, (_, minute) => intradayShape(minute / CANDLES_A_DAY));
  const home = Math.log(startPrice);
  let day = (from ?? parseDay('2013-01-01') ?? 0) - 1;
  let dayOpen = 0;
  let logPrice = home;
  let last = Math.max(1, Math.round(startPrice * TICKS_PER_RUPEE));
  let drift = 0;
  for (let row = 0; row < count; row++) {
    const minute = row % CANDLES_A_DAY;
    if (minute === 0) {
      do day += 1;
      while (weekdayOf(day) === 0 || weekdayOf(day) === 6);
      dayOpen = startOfDay(day) + OPEN_MS;
      logPrice += 4 * volatility * random.normal();
      last = toTicks(logPrice);
    }
    if (random.uniform() < 1 / MEAN_TREND_MINUTES) drift = 0.12 * volatility * (random.below(3) - 1);
    const shape = shapes[minute] ?? 1;
    const roughness = volatility * Math.sqrt(shape);
    // A weak pull to the start price keeps ten years of a random walk within an order of magnitude.
    logPrice += drift + roughness * random.normal() + 2e-6 * (home - logPrice);
    const first = last;
    last = toTicks(logPrice);
    const reach = Math.exp(logPrice) * TICKS_PER_RUPEE * roughness;
    const top = Math.max(first, last) + Math.round(reach * random.uniform());
    const bottom = Math.max(1, Math.min(first, last) - Math.round(reach * random.uniform()));
    openTime[row] = dayOpen + minute * MINUTE_MS;
    open[row] = first / TICKS_PER_RUPEE;
    high[row] = top / TICKS_PER_RUPEE;
    low[row] = bottom / TICKS_PER_RUPEE;
    close[row] = last / TICKS_PER_RUPEE;
    volume[row] = Math.round(20_000 * shape * (0.4 + 1.2 * random.uniform()));
  }
  return { count, openTime, open, high, low, close, volume };
}

function toTicks(logPrice: number): number {
  return Math.max(1, Math.round(Math.exp(logPrice) * TICKS_PER_RUPEE));
}
