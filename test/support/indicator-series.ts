/**
 * Candles to test indicators and strategies with: hand-made, random (fast-check) and recorded.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Candle } from '../../src/core/candle.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, parseDay, startOfDay } from '../../src/core/time.ts';

const FIVE_MINUTES = 5 * MINUTE_MS;
/** Five-minute candles of 09:15 to 15:30. */
const CANDLES_A_DAY = 75;

export const FIRST_OPEN = startOfDay(parseDay('2026-07-13') ?? 0) + 9 * HOUR_MS + 15 * MINUTE_MS;

const BLANK: Candle = {
  instrumentId: 'NSE:TESTCO' as InstrumentId,
  timeframe: '5m',
  openTime: FIRST_OPEN,
  open: 100,
  high: 100,
  low: 100,
  close: 100,
  volume: 1000,
  openInterest: null,
  provenance: 'import',
};

export function candleWith(values: Partial<Candle>): Candle {
  return { ...BLANK, ...values };
}

/** Open time of the candle with that index: 75 five-minute candles a day, every day. */
export function openTimeOf(index: number): number {
  return FIRST_OPEN + Math.floor(index / CANDLES_A_DAY) * DAY_MS + (index % CANDLES_A_DAY) * FIVE_MINUTES;
}

/** Each candle opens at the close before it and has no wicks. */
export function candlesOfCloses(closes: readonly number[], volume = 1000): Candle[] {
  return closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const high = Math.max(open, close);
    const low = Math.min(open, close);
    return candleWith({ openTime: openTimeOf(index), open, high, low, close, volume });
  });
}

/** Random walks on a 0.05 tick, with wicks, quiet stretches and candles without volume. */
export function randomCandles(size: { readonly min: number; readonly max: number }): fc.Arbitrary<Candle[]> {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -60, max: 60 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  const wick = fc.integer({ min: 0, max: 20 });
  const volume = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 100_000 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  return fc
    .tuple(
      fc.integer({ min: 20_000, max: 200_000 }),
      fc.array(fc.tuple(step, wick, wick, volume), { minLength: size.min, maxLength: size.max }),
    )
    .map(([start, moves]) => {
      let ticks = start;
      return moves.map(([move, above, below, units], index) => {
        const open = ticks;
        ticks = Math.max(100, ticks + move);
        return candleWith({
          openTime: openTimeOf(index),
          open: open / 20,
          high: (Math.max(open, ticks) + above) / 20,
          low: (Math.min(open, ticks) - below) / 20,
          close: ticks / 20,
          volume: units,
        });
      });
    });
}

export const RECORDED_FILE = new URL('../../../shared/data/5min/HDFCLIFE.csv.gz', import.meta.url);
export const HAS_RECORDED = existsSync(RECORDED_FILE);
/** For the titles of suites that need it: a skip states its reason. */
export const RECORDED_TITLE = HAS_RECORDED
  ? 'over recorded five-minute candles of HDFCLIFE'
  : 'over recorded candles (skipped: ../shared/data/5min/HDFCLIFE.csv.gz is not there)';

export function recordedCandles(): Candle[] {
  const [, ...rows] = gunzipSync(readFileSync(RECORDED_FILE)).toString('utf8').trim().split('\n');
  return rows.map((row) => {
    const [time = '', ...numbers] = row.split(',');
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
    return candleWith({ openTime: Date.parse(time), open, high, low, close, volume });
  });
}
