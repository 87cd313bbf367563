/**
 * Reads the rows of a candle file as they stand, in file order, into columns of doubles. Structural faults (no header,
 * text where a number belongs, a damaged file) are errors that name file and row; whether a row makes sense as a
 * candle is judged in `check-rows.ts`. NaN stands for an empty cell.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '../core/errors.ts';
import { parseDay, startOfDay } from '../core/time.ts';
import { readDoubles, readSql, readText, sqlName, sqlPath, sqlText } from './duck-db.ts';
import { type ColumnMap, findColumns, type SourceColumns } from './source-columns.ts';
import { checkGzip, findLines, readFirstLine } from './text-file.ts';

export interface RawRows {
  readonly count: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** Index into `instruments` by row, NaN for an empty cell; null when the file has fewer than two. */
  readonly instrument: Float64Array | null;
  /** Names in the instrument column; empty when the file has none. */
  readonly instruments: readonly string[];
}

const PRICES = ['open', 'high', 'low', 'close'] as const;
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/;
const MISSING = `('', 'null', 'none', 'nan', 'na', '-')`;

/** A table of the file: what to select from, and its columns' names and DuckDB types. */
interface Source {
  readonly from: string;
  readonly names: readonly string[];
  readonly types: readonly string[];
}

export async function readRows(connection: DuckDBConnection, path: string, map: ColumnMap = {}): Promise<RawRows> {
  const isParquet = path.endsWith('.parquet');
  const source = isParquet ? await openParquet(connection, path) : await openText(path);
  const columns = findColumns(path, source.names, map);
  const cell = (index: number): string => sqlName(isParquet ? (source.names[index] ?? '') : `c${index}`);
  const number = (field: string, index: number): string => {
    const type = source.types[index] ?? '';
    // Single precision holds 1296.6 as 1296.5999755859375.
    if (type === 'FLOAT') return `round(${cell(index)}::DOUBLE, 4)`;
    if (NUMERIC.test(type)) return `${cell(index)}::DOUBLE`;
    if (type === 'VARCHAR') return numberOf(cell(index));
    throw new DataError(
      `${path}: expected numbers in the column for ${field} ("${source.names[index]}"), found the type ${type}`,
    );
  };
  const instruments = await readInstruments(connection, path, source, columns, cell);
  const select = [
    await timeSql(connection, path, source, columns, cell),
    ...PRICES.map((field) => number(field, columns[field])),
    columns.volume === null ? '0::DOUBLE' : `coalesce(${number('volume', columns.volume)}, 0)`,
  ];
  if (columns.instrument !== null && instruments.length > 1) {
    const list = instruments.map(sqlText).join(', ');
    select.push(`list_position([${list}], trim(${cell(columns.instrument)}::VARCHAR))::DOUBLE - 1`);
  }
  const result = await readSql(connection, path, `SELECT ${select.join(', ')} FROM ${source.from}`);
  const [time, open, high, low, close, volume, instrument = null] = await readDoubles(result);
  if (!time || !open || !high || !low || !close || !volume || time.length === 0) {
    throw new DataError(`${path}: expected rows below the header, found none`);
  }
  await refuseText(connection, path, source, { time, open, high, low, close, volume }, columns, cell);
  const scale = epochScale(time);
  if (scale !== 1) for (let row = 0; row < time.length; row++) time[row] = Math.round((time[row] ?? 0) * scale);
  await refuseImplausibleTime(path, time);
  return { count: time.length, time, open, high, low, close, volume, instrument, instruments };
}

/** `file: line 17` for text, where the header is line 1; `file: row 16` for Parquet. */
async function placeOfRow(path: string, row: number): Promise<string> {
  const [line] = await linesOfRows(path, [row]);
  return `${path}: ${path.endsWith('.parquet') ? 'row' : 'line'} ${line ?? row + 1}`;
}

/** The numbers a person finds the rows by: lines of a text file, rows from 1 in Parquet. `rows` must rise. */
export async function linesOfRows(path: string, rows: readonly number[]): Promise<readonly number[]> {
  return path.endsWith('.parquet') ? rows.map((row) => row + 1) : findLines(path, rows);
}

async function openParquet(connection: DuckDBConnection, path: string): Promise<Source> {
  const from = `read_parquet(${sqlPath(path)})`;
  const description = await readSql(
    connection,
    path,
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${from})`,
  );
  const rows = description.chunkCount === 0 ? [] : description.getChunk(0).getRows();
  return { from, names: rows.map((row) => String(row[0])), types: rows.map((row) => String(row[1])) };
}

async function openText(path: string): Promise<Source> {
  const header = await readFirstLine(path);
  if (path.endsWith('.gz')) await checkGzip(path);
  const delimiter = [',', ';', '\t', '|'].find((candidate) => header.includes(candidate)) ?? ',';
  const names = header.split(delimiter).map((name) => name.trim().replaceAll(/^"|"$/g, ''));
  const columns = names.map((_name, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const from =
    `read_csv(${sqlPath(path)}, auto_detect = false, header = false, skip = 1, delim = ${sqlText(delimiter)}, ` +
    `quote = '"', escape = '"', columns = {${columns}})`;
  return { from, names, types: names.map(() => 'VARCHAR') };
}

async function readInstruments(
  connection: DuckDBConnection,
  path: string,
  source: Source,
  columns: SourceColumns,
  cell: (index: number) => string,
): Promise<string[]> {
  if (columns.instrument === null) return [];
  const name = `trim(${cell(columns.instrument)}::VARCHAR)`;
  const found = await readSql(connection, path, `SELECT DISTINCT ${name} AS name FROM ${source.from} ORDER BY name`);
  const names: string[] = [];
  for (let index = 0; index < found.chunkCount; index++) {
    for (const [value] of found.getChunk(index).getRows())
      if (typeof value === 'string' && value !== '') names.push(value);
  }
  return names;
}

async function timeSql(
  connection: DuckDBConnection,
  path: string,
  source: Source,
  columns: SourceColumns,
  cell: (index: number) => string,
): Promise<string> {
  const type = source.types[columns.time] ?? '';
  const time = cell(columns.time);
  if (NUMERIC.test(type)) return `${time}::DOUBLE`;
  // A time without an offset is India Standard Time: the connection's time zone says so.
  if (type.startsWith('TIMESTAMP WITH')) return `epoch_ms(${time})::DOUBLE`;
  if (type.startsWith('TIMESTAMP') || (type === 'DATE' && columns.timeOfDay === null)) {
    return `epoch_ms(${time}::TIMESTAMP::TIMESTAMPTZ)::DOUBLE`;
  }
  if (type !== 'VARCHAR' && type !== 'DATE') {
    throw new DataError(
      `${path}: expected times in the column "${source.names[columns.time]}", found the type ${type}`,
    );
  }
  const text = columns.timeOfDay === null ? time : `(${time}::VARCHAR || ' ' || ${cell(columns.timeOfDay)}::VARCHAR)`;
  const first = await readSql(connection, path, `SELECT ${text} FROM ${source.from} LIMIT 1`);
  const sample = first.rowCount === 0 ? '' : String(first.getChunk(0).getRows()[0]?.[0] ?? '');
  if (/^\s*\d+(\.\d+)?\s*$/.test(sample)) return numberOf(text);
  return `coalesce(epoch_ms(TRY_CAST(${text} AS TIMESTAMPTZ))::DOUBLE, ${missingOr(text)})`;
}

/** Text to a double: thousands separators allowed, NaN for an empty cell, Infinity for anything that is no number. */
function numberOf(text: string): string {
  return `coalesce(TRY_CAST(${text} AS DOUBLE), TRY_CAST(replace(${text}, ',', '') AS DOUBLE), ${missingOr(text)})`;
}

function missingOr(text: string): string {
  return `CASE WHEN ${text} IS NULL OR lower(trim(${text})) IN ${MISSING} THEN 'nan'::DOUBLE ELSE 'inf'::DOUBLE END`;
}

async function refuseText(
  connection: DuckDBConnection,
  path: string,
  source: Source,
  values: Readonly<Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', Float64Array>>,
  columns: SourceColumns,
  cell: (index: number) => string,
): Promise<void> {
  for (const field of ['time', ...PRICES, 'volume'] as const) {
    const index = columns[field];
    if (index === null || (source.types[index] !== 'VARCHAR' && field !== 'volume')) continue;
    const row = firstInfinite(values[field]);
    if (row < 0) continue;
    const found = await readText(
      connection,
      path,
      `SELECT ${cell(index)}::VARCHAR FROM ${source.from} LIMIT 1 OFFSET ${row}`,
    );
    const expected = field === 'time' ? 'a time like "2026-11-18T09:15:00+05:30" or epoch milliseconds' : 'a number';
    throw new DataError(
      `${await placeOfRow(path, row)}: expected ${expected} for ${field}, found ${JSON.stringify(found.slice(0, 60))}`,
    );
  }
}

/** -1 when there is none. A plain loop: it runs over every number of a file. */
function firstInfinite(values: Float64Array): number {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return row;
  }
  return -1;
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told by size; what to multiply by to get milliseconds. */
function epochScale(time: Float64Array): number {
  const first = Math.abs(time.find((value) => !Number.isNaN(value)) ?? 0);
  if (first < 1e11) return 1e3;
  if (first < 1e14) return 1;
  return first < 1e17 ? 1e-3 : 1e-6;
}

async function refuseImplausibleTime(path: string, time: Float64Array): Promise<void> {
  const earliest = startOfDay(parseDay('1990-01-01') ?? 0);
  const latest = startOfDay(parseDay('2100-01-01') ?? 0);
  let row = 0;
  while (row < time.length && (time[row] ?? 0) >= earliest && (time[row] ?? 0) < latest) row += 1;
  if (row === time.length) return;
  const value = time[row] ?? Number.NaN;
  const found = Number.isNaN(value) ? 'an empty cell' : `${value} ms after 1970`;
  throw new DataError(`${await placeOfRow(path, row)}: expected a time between 1990 and 2100, found ${found}`);
}
