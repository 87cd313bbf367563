import type { CandleColumns } from '../core/candle-columns.ts';

/** The rows with these numbers, in this order. */
export function pickRows(columns: CandleColumns, rows: readonly number[]): CandleColumns {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
  return {
    count: rows.length,
    openTime: pick(columns.openTime),
    open: pick(columns.open),
    high: pick(columns.high),
    low: pick(columns.low),
    close: pick(columns.close),
    volume: pick(columns.volume),
  };
}

/** Both runs as one, in order of open time; of two candles with the same open time the later run's is kept. */
export function mergeColumns(before: CandleColumns, later: CandleColumns): CandleColumns {
  const rows: number[] = [];
  let first = 0;
  let second = 0;
  while (first < before.count || second < later.count) {
    const a = before.openTime[first] ?? Number.POSITIVE_INFINITY;
    const b = later.openTime[second] ?? Number.POSITIVE_INFINITY;
    rows.push(a < b ? first : before.count + second);
    if (a <= b) first += 1;
    if (b <= a) second += 1;
  }
  return pickRows(concatenateColumns([before, later]), rows);
}

/** One run after the other, as they stand. */
export function concatenateColumns(parts: readonly CandleColumns[]): CandleColumns {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const join = (name: Exclude<keyof CandleColumns, 'count'>): Float64Array => {
    const whole = new Float64Array(count);
    let row = 0;
    for (const part of parts) {
      whole.set(part[name], row);
      row += part.count;
    }
    return whole;
  };
  return {
    count,
    openTime: join('openTime'),
    open: join('open'),
    high: join('high'),
    low: join('low'),
    close: join('close'),
    volume: join('volume'),
  };
}
