/**
 * Candle files into columns: CSV, CSV.gz or Parquet, one file or a folder of them, in order of file name.
 *
 * Entry point: `loadCandles`. A file with a structural fault throws one `DataError` that names file and row, and nothing
 * of the load is returned; rows that contradict themselves are left out and counted in `refused`. Times come out as
 * epoch ms UTC of the candle's open; a time without an offset is taken as India Standard Time. Daily candles keep
 * 00:00 IST of their day, and nothing is filtered by session: both need the calendar, which the caller has.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CandleColumns } from '../core/candle-columns.ts';
import { DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { DAY_MS, type EpochMs, formatIst, MINUTE_MS } from '../core/time.ts';
import { TIMEFRAMES, type Timeframe, timeframeMs } from '../core/timeframe.ts';
import { checkRows, type RefusedReason, sliceColumns } from './check-rows.ts';
import { withDuckDb } from './duck-db.ts';
import { linesOfRows, type RawRows, readRows } from './read-rows.ts';
import type { ColumnMap } from './source-columns.ts';
import { fileFault } from './text-file.ts';

export interface LoadOptions {
  /** A file or a folder. */
  readonly path: string;
  /** Whose candles these are; by default what the file's instrument column or its name says. */
  readonly instrumentId?: InstrumentId | undefined;
  /** Whether a row's time is the start (default) or the end of its candle. */
  readonly label?: 'start' | 'end' | undefined;
  /** Inclusive. */
  readonly from?: EpochMs | undefined;
  /** Exclusive. */
  readonly to?: EpochMs | undefined;
  /** By default the commonest spacing of the rows. */
  readonly timeframe?: Timeframe | undefined;
  /** What a file of one candle holds, which has no spacing. */
  readonly loneTimeframe?: Timeframe | undefined;
  readonly columns?: ColumnMap | undefined;
}

/** Rows of a file left out for one reason; `firstRow` is a line number in text (the header is line 1), a row number from 1 in Parquet. */
export interface Refusal {
  readonly reason: RefusedReason;
  readonly count: number;
  readonly firstRow: number;
}

/** The candles of one instrument in one file. */
export interface CandleFile extends CandleColumns {
  readonly path: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly refused: readonly Refusal[];
}

const CANDLE_FILE = /\.(csv|csv\.gz|parquet)$/i;

export async function loadCandles(options: LoadOptions): Promise<CandleFile[]> {
  const paths = await findCandleFiles(options.path);
  return withDuckDb(async (connection) => {
    const files: CandleFile[] = [];
    for (const path of paths) files.push(...(await loadFile(connection, path, options)));
    return files;
  });
}

export function isCandleFileName(name: string): boolean {
  return CANDLE_FILE.test(name);
}

/** The candle files at a path: the file itself, or those directly in the folder, sorted by name. */
export async function findCandleFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFault(path, error);
  });
  if (!found.isDirectory()) {
    if (CANDLE_FILE.test(path)) return [path];
    throw new DataError(`${path}: expected a name ending in .csv, .csv.gz or .parquet, found "${basename(path)}"`);
  }
  const names = (await readdir(path)).filter((name) => CANDLE_FILE.test(name) && !name.startsWith('.')).sort();
  if (names.length === 0)
    throw new DataError(`${path}: expected .csv, .csv.gz or .parquet files in the folder, found none`);
  return names.map((name) => join(path, name));
}

async function loadFile(connection: DuckDBConnection, path: string, options: LoadOptions): Promise<CandleFile[]> {
  const rows = await readRows(connection, path, options.columns);
  const files: CandleFile[] = [];
  for (const { instrumentId, index } of chooseInstruments(path, rows, options.instrumentId)) {
    const { columns, refused } = checkRows(rows, index);
    const indexes = [...new Set(refused.map((entry) => entry.firstIndex))].sort((a, b) => a - b);
    const lines = refused.length === 0 ? [] : await linesOfRows(path, indexes);
    const refusals = refused.map(({ reason, count, firstIndex }) => {
      return { reason, count, firstRow: lines[indexes.indexOf(firstIndex)] ?? firstIndex + 1 };
    });
    if (columns.count === 0) throw everyRowRefused(path, instrumentId, refusals);
    const lone = columns.count === 1 ? options.loneTimeframe : undefined;
    const timeframe = options.timeframe ?? lone ?? inferTimeframe(path, columns.openTime);
    if (options.label === 'end' && timeframe !== '1d') shiftBack(columns.openTime, timeframeMs(timeframe));
    const from = firstAtOrAfter(columns.openTime, options.from ?? Number.NEGATIVE_INFINITY);
    const to = Math.max(from, firstAtOrAfter(columns.openTime, options.to ?? Number.POSITIVE_INFINITY));
    files.push({ path, instrumentId, timeframe, ...sliceColumns(columns, from, to), refused: refusals });
  }
  return files;
}

function chooseInstruments(
  path: string,
  rows: RawRows,
  wanted: InstrumentId | undefined,
): { instrumentId: InstrumentId; index: number | null }[] {
  if (rows.instrument === null) {
    const [only] = rows.instruments;
    return [{ instrumentId: wanted ?? idOfName(path, only ?? symbolOfFile(path)), index: null }];
  }
  const held = rows.instruments.map((name, index) => ({ instrumentId: idOfName(path, name), index }));
  if (wanted === undefined) return held;
  const match = held.filter((entry) => entry.instrumentId === wanted);
  if (match.length > 0) return match;
  throw new DataError(
    `${path}: expected rows of "${wanted}", found ${held.map((entry) => JSON.stringify(entry.instrumentId)).join(', ')}`,
  );
}

/** `HDFCLIFE.csv.gz` is `NSE:HDFCLIFE`; a period at the end of the name (`YESBANK_2019`, `NIFTY50_2019-01`) is no part of the symbol. */
function symbolOfFile(path: string): string {
  return basename(path)
    .replace(CANDLE_FILE, '')
    .replace(/_\d{4}(-\d{2}){0,2}$/, '');
}

function idOfName(path: string, name: string): InstrumentId {
  const parsed = parseInstrumentId(name.includes(':') ? name : `NSE:${name}`);
  if (parsed === undefined)
    throw new DataError(`${path}: expected an instrument like "NSE:RELIANCE", found ${JSON.stringify(name)}`);
  return parsed.id;
}

function everyRowRefused(path: string, instrumentId: InstrumentId, refused: readonly Refusal[]): DataError {
  const reasons = refused.map(({ reason, count, firstRow }) => `${reason} (${count}, first in row ${firstRow})`);
  return new DataError(
    `${path}: expected candles of "${instrumentId}", found only rows to refuse: ${reasons.join(', ')}`,
  );
}

function inferTimeframe(path: string, openTime: Float64Array): Timeframe {
  const seen = new Map<number, number>();
  let spacing = 0;
  let run = 0;
  for (let row = 1; row < openTime.length; row++) {
    const next = (openTime[row] ?? 0) - (openTime[row - 1] ?? 0);
    if (next !== spacing) {
      seen.set(spacing, (seen.get(spacing) ?? 0) + run);
      spacing = next;
      run = 0;
    }
    run += 1;
  }
  if (run > 0) seen.set(spacing, (seen.get(spacing) ?? 0) + run);
  seen.delete(0);
  const [commonest] = [...seen].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b);
  if (commonest === undefined) {
    const time = formatIst(openTime[0] ?? 0);
    if (time.includes('T00:00:00+')) return '1d';
    throw new DataError(
      `${path}: expected two rows or more to tell the timeframe by, found one at ${time}; say the timeframe`,
    );
  }
  const [apart] = commonest;
  const timeframe = TIMEFRAMES.find((candidate) => timeframeMs(candidate) === apart);
  if (timeframe !== undefined) return timeframe;
  if (apart > DAY_MS && apart % DAY_MS === 0) return '1d';
  throw new DataError(
    `${path}: expected rows ${TIMEFRAMES.join(', ')} apart, found ${apart / MINUTE_MS} minutes; say the timeframe`,
  );
}

function shiftBack(openTime: Float64Array, ms: number): void {
  for (let row = 0; row < openTime.length; row++) openTime[row] = (openTime[row] ?? 0) - ms;
}

function firstAtOrAfter(times: Float64Array, time: EpochMs): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
