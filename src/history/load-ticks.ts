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
    const names =
      described.rowCount === 0
        ? []
        : described
            .getChunk(0)
            .getRows()
            .map((row) => String(row[0]));
    const missing = ['instrument', ...COLUMNS].filter((name) => !names.includes(name));
    if (missing.length > 0) {
      throw new DataError(
        `${path}: expected recorded ticks with the columns ${missing.join(', ')}, found ${names.join(', ')}`,
      );
    }
    const distinct = await readSql(connection, path, `SELECT DISTINCT instrument::VARCHAR FROM ${from} ORDER BY 1`);
    const ids: InstrumentId[] = [];
    for (let index = 0; index < distinct.chunkCount; index++) {
      for (const [name] of distinct.getChunk(index).getRows()) ids.push(idOf(path, name));
    }
    const instrument = `list_position([${ids.map(sqlText).join(', ')}]::VARCHAR[], instrument::VARCHAR)::DOUBLE - 1`;
    const cells = COLUMNS.map((name) => `TRY_CAST(${name} AS DOUBLE)`);
    const rows = await readSql(connection, path, `SELECT ${[instrument, ...cells].join(', ')} FROM ${from}`);
    return toTicks(path, ids, await readDoubles(rows));
  });
}

function toTicks(path: string, ids: readonly InstrumentId[], columns: readonly Float64Array[]): Tick[] {
  const [instrument, times, lastPrices, volumes, openInterests, bids, asks, sequences] = columns;
  const count = times?.length ?? 0;
  if (count === 0) throw new DataError(`${path}: expected recorded ticks, found none`);
  const ticks: Tick[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  let isSorted = true;
  for (let row = 0; row < count; row++) {
    const instrumentId = ids[instrument?.[row] ?? -1];
    const time = times?.[row] ?? Number.NaN;
    const lastPrice = lastPrices?.[row] ?? Number.NaN;
    const volume = volumes?.[row] ?? Number.NaN;
    const openInterest = orNull(openInterests?.[row]);
    const bid = orNull(bids?.[row]);
    const ask = orNull(asks?.[row]);
    const sequence = orNull(sequences?.[row]);
    if (instrumentId === undefined) throw badRow(path, row, 'an instrument like "NSE:RELIANCE"', 'none');
    if (!(time >= EARLIEST && time < LATEST)) throw badRow(path, row, 'a time in epoch milliseconds', time);
    if (!(lastPrice > 0)) throw badRow(path, row, 'a last_price above zero', lastPrice);
    if (!(volume >= 0)) throw badRow(path, row, 'a volume of zero or more', volume);
    if ((openInterest ?? 0) < 0) throw badRow(path, row, 'an open_interest of zero or more', openInterest);
    if ((bid ?? 0) < 0) throw badRow(path, row, 'a bid of zero or more', bid);
    if ((ask ?? 0) < 0) throw badRow(path, row, 'an ask of zero or more', ask);
    if (time < latest) isSorted = false;
    latest = time;
    ticks.push({ instrumentId, time, lastPrice, volume, openInterest, bid, ask, sequence });
  }
  // Stable: ticks of one millisecond keep the file's order.
  return isSorted ? ticks : ticks.sort((a, b) => a.time - b.time);
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

function badRow(path: string, row: number, expected: string, found: unknown): DataError {
  const what = Number.isNaN(found) ? 'nothing or text' : `"${String(found)}"`;
  return new DataError(`${path}: row ${row + 1}: expected ${expected}, found ${what}`);
}

function idOf(path: string, name: unknown): InstrumentId {
  const parsed = typeof name === 'string' ? parseInstrumentId(name) : undefined;
  if (parsed === undefined)
    throw new DataError(`${path}: expected an instrument like "NSE:RELIANCE", found "${String(name)}"`);
  return parsed.id;
}
