/**
 * Recorded tick sessions. `loadTicks` gives the ticks of a Parquet file in order of time, ties in the file's order;
 * a row no exchange could have sent throws a `DataError` that names it, because a recording with holes is no recording.
 */
import { stat } from 'node:fs/promises';
import { DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import type { Tick } from '../core/tick.ts';
import { parseDay, startOfDay } from '../core/time.ts';
import { readDoubles, readSql, sqlPath, sqlText, withDuckDb } from './duck-db.ts';
import { fileFault } from './text-file.ts';

const COLUMNS = ['time', 'last_price', 'volume', 'open_interest', 'bid', 'ask', 'sequence'] as const;
const EARLIEST = startOfDay(parseDay('1990-01-01') ?? 0);
const LATEST = startOfDay(parseDay('2100-01-01') ?? 0);

export async function loadTicks(path: string): Promise<Tick[]> {
  await stat(path).catch((error: unknown) => {
    throw fileFault(path, error);
  });
  return withDuckDb(async (connection) => {
    const from = `read_parquet(${sqlPath(path)})`;
    const described = await readSql(connection, path, `SELECT column_name FROM (DESCRIBE SELECT * FROM ${from})`);
    const names = described.rowCount === 0 ? [] : described.getChunk(0).getRows().map((row) => String(row[0]));
    const missing = ['instrument', ...COLUMNS].filter((name) => !names.includes(name));
    if (missing.length > 0) {
      throw new DataError(`${path}: expected recorded ticks with the columns ${missing.join(', ')}, found ${names.join(', ')}`);
    }
    const distinct = await readSql(connection, path, `SELECT DISTINCT instrument::VARCHAR FROM ${from} ORDER BY 1`);
    const ids: InstrumentId[] = [];
    for (let index = 0; index < distinct.chunkCount; index++) {
      for (const [name] of distinct.getChunk(index).getRows()) ids.push(idOf(path, name));
    }
    const instrument = `list_position([${ids.map(sqlText).join(', ')}]::VARCHAR[], instrument::VARCHAR)::DOUBLE - 1`;
    const cells = COLUMNS.map((name) => `TRY_CAST(${name} AS DOUBLE)`);
    return toTicks(path, ids, readDoubles(await readSql(connection, path, `SELECT ${[instrument, ...cells].join(', ')} FROM ${from}`)));
  });
}

function toTicks(path: string, ids: readonly InstrumentId[], columns: readonly Float64Array[]): Tick[] {
  const [instrument, times, lastPrices, volumes, openInterests, bids, asks, sequences] = columns;
  const ticks: Tick[] = [];
  let isSorted = true;
  for (let row = 0; row < (times?.length ?? 0); row++) {
    const instrumentId = ids[instrument?.[row] ?? -1];
    const time = times?.[row] ?? Number.NaN;
    const lastPrice = lastPrices?.[row] ?? Number.NaN;
    const volume = volumes?.[row] ?? Number.NaN;
    const place = `${path}: row ${row + 1}`;
    if (instrumentId === undefined) throw new DataError(`${place}: expected an instrument, found none`);
    if (!(time >= EARLIEST && time < LATEST)) throw new DataError(`${place}: expected a time in epoch milliseconds, found "${time}"`);
    if (!(lastPrice > 0)) throw new DataError(`${place}: expected a last_price above zero, found "${lastPrice}"`);
    if (!(volume >= 0)) throw new DataError(`${place}: expected a volume of zero or more, found "${volume}"`);
    isSorted &&= time >= (ticks.at(-1)?.time ?? time);
    ticks.push({
      instrumentId,
      time,
      lastPrice,
      volume,
      openInterest: known(place, 'open_interest', openInterests?.[row], 0),
      bid: known(place, 'bid', bids?.[row], 0),
      ask: known(place, 'ask', asks?.[row], 0),
      sequence: known(place, 'sequence', sequences?.[row], Number.MIN_SAFE_INTEGER),
    });
  }
  if (ticks.length === 0) throw new DataError(`${path}: expected recorded ticks, found none`);
  return isSorted ? ticks : ticks.sort((a, b) => a.time - b.time);
}

/** An optional number; null when the cell is empty. */
function known(place: string, name: string, value: number | undefined, least: number): number | null {
  if (value === undefined || Number.isNaN(value)) return null;
  if (value < least) throw new DataError(`${place}: expected a ${name} of ${least} or more, found "${value}"`);
  return value;
}

function idOf(path: string, name: unknown): InstrumentId {
  const parsed = typeof name === 'string' ? parseInstrumentId(name) : undefined;
  if (parsed === undefined) throw new DataError(`${path}: expected an instrument like "NSE:RELIANCE", found "${String(name)}"`);
  return parsed.id;
}
