/**
 * Judges rows as candles, one instrument's at a time: those that contradict themselves or the row before are refused
 * and counted by reason, the others move together into columns. Accepted rows rise in time and keep
 * `low <= open, close <= high`.
 */
import type { CandleColumns } from '../core/candle-columns.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { RawRows } from './read-rows.ts';

export const REFUSED_REASONS = [
  'missing price',
  'price not positive',
  'high below low',
  'open or close outside high and low',
  'negative volume',
  'time off the minute',
  'duplicate time',
  'out of order',
] as const;
export type RefusedReason = (typeof REFUSED_REASONS)[number];

/** Rows left out for one reason. */
export interface RefusedRows {
  readonly reason: RefusedReason;
  readonly count: number;
  /** Index of the first one in the file, the header not counted. */
  readonly firstIndex: number;
}

export interface CheckedRows {
  readonly columns: CandleColumns;
  readonly refused: readonly RefusedRows[];
}

/** Vendors round; an open this far outside the high and low is no contradiction. */
const ROUNDING = 1e-6;

/** `instrument` picks the rows of one instrument; null takes them all. */
export function checkRows(rows: RawRows, instrument: number | null): CheckedRows {
  if (instrument === null && soundRows(rows) === rows.count) return { columns: asColumns(rows), refused: [] };
  const picked = rowsOf(rows, instrument);
  const columns = emptyColumns(picked.length);
  const refused = new Map<RefusedReason, { count: number; firstIndex: number }>();
  let count = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const row of picked) {
    const reason = faultOf(rows, row, previous);
    if (reason !== undefined) {
      const seen = refused.get(reason) ?? { count: 0, firstIndex: row };
      refused.set(reason, { count: seen.count + 1, firstIndex: Math.min(seen.firstIndex, row) });
      continue;
    }
    const open = rows.open[row] ?? 0;
    const close = rows.close[row] ?? 0;
    previous = rows.time[row] ?? 0;
    columns.openTime[count] = previous;
    columns.open[count] = open;
    columns.high[count] = Math.max(rows.high[row] ?? 0, open, close);
    columns.low[count] = Math.min(rows.low[row] ?? 0, open, close);
    columns.close[count] = close;
    columns.volume[count] = rows.volume[row] || 0;
    count += 1;
  }
  return {
    columns: sliceColumns(columns, 0, count),
    refused: REFUSED_REASONS.flatMap((reason) => {
      const seen = refused.get(reason);
      return seen === undefined ? [] : [{ reason, ...seen }];
    }),
  };
}

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory. */
export function sliceColumns(columns: CandleColumns, from: number, to: number): CandleColumns {
  return {
    count: to - from,
    openTime: columns.openTime.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
  };
}

/** How many rows from the first on need no look: the usual file is sound to its end and its columns are taken as they are. */
function soundRows({ count, time, open, high, low, close, volume }: RawRows): number {
  let previous = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row++) {
    const at = time[row] ?? 0;
    const top = high[row] ?? 0;
    const bottom = low[row] ?? 0;
    const first = open[row] ?? 0;
    const last = close[row] ?? 0;
    // A NaN makes every comparison false.
    const isInOrder = at > previous && Math.floor(at / MINUTE_MS) * MINUTE_MS === at;
    const isInRange =
      bottom > 0 && first >= bottom && first <= top && last >= bottom && last <= top && top < Number.POSITIVE_INFINITY;
    if (!isInOrder || !isInRange || !((volume[row] ?? 0) >= 0)) return row;
    previous = at;
  }
  return count;
}

function faultOf(rows: RawRows, row: number, previous: number): RefusedReason | undefined {
  const time = rows.time[row] ?? Number.NaN;
  const open = rows.open[row] ?? Number.NaN;
  const high = rows.high[row] ?? Number.NaN;
  const low = rows.low[row] ?? Number.NaN;
  const close = rows.close[row] ?? Number.NaN;
  if (![open, high, low, close].every(Number.isFinite)) return 'missing price';
  if (open <= 0 || high <= 0 || low <= 0 || close <= 0) return 'price not positive';
  if (high < low) return 'high below low';
  const highest = high + ROUNDING;
  const lowest = low - ROUNDING;
  if (open > highest || open < lowest || close > highest || close < lowest) return 'open or close outside high and low';
  if ((rows.volume[row] ?? 0) < 0) return 'negative volume';
  if (time % MINUTE_MS !== 0) return 'time off the minute';
  if (time === previous) return 'duplicate time';
  return time < previous ? 'out of order' : undefined;
}

function asColumns({ count, time, open, high, low, close, volume }: RawRows): CandleColumns {
  return { count, openTime: time, open, high, low, close, volume };
}

/** Row numbers in order of time: a file that runs from the newest row to the oldest is read backwards. */
function rowsOf(rows: RawRows, instrument: number | null): Uint32Array {
  const picked = new Uint32Array(rows.count);
  let count = 0;
  for (let row = 0; row < rows.count; row++) {
    if (instrument !== null && rows.instrument?.[row] !== instrument) continue;
    picked[count] = row;
    count += 1;
  }
  const chosen = picked.subarray(0, count);
  const first = rows.time[chosen[0] ?? 0] ?? 0;
  const last = rows.time[chosen[count - 1] ?? 0] ?? 0;
  return last < first ? chosen.reverse() : chosen;
}

function emptyColumns(count: number): CandleColumns {
  return {
    count,
    openTime: new Float64Array(count),
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
  };
}
