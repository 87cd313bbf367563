/**
 * Stored candles as a file, past everything that decodes rows: the server writes the text, and this process passes it on.
 * Taken are the account's own candles and those of `history download` and `history import`, which come first where both
 * have one. Entry points: `candleSpans`, `exportCandles`.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { InstrumentId } from '../core/ids.ts';
import { DAY_MS, type DayNumber, type EpochMs, startOfDay } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import { checkSchemaName, HISTORY_SCHEMA, type OpenSql } from './open-sql.ts';
import { connectSql, type Sql } from './sql.ts';

export interface CandlesWanted {
  readonly instrumentId: InstrumentId;
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
}

/** What there is of one timeframe. */
export interface CandleSpan {
  readonly timeframe: Timeframe;
  readonly count: number;
  /** With a candle. */
  readonly days: number;
  readonly first: DayNumber;
  readonly last: DayNumber;
}

type Place = Pick<OpenSql, 'url' | 'schema'>;

/** By timeframe; none for what there is no candle of. */
export function candleSpans(place: Place, wanted: CandlesWanted): Promise<readonly CandleSpan[]> {
  return alone(place, async (sql) => {
    const day = `(open_time - ${startOfDay(0)}) / ${DAY_MS}`;
    return sql.unsafe<CandleSpan[]>(`
      select timeframe, count(*)::int as count, count(distinct ${day})::int as days,
        min(${day})::int as first, max(${day})::int as last
      from (select distinct timeframe, open_time from ${await storedIn(sql, place, wanted)}) as found
      group by timeframe`);
  });
}

/** As CSV with a header, oldest first; times are epoch milliseconds. */
export function exportCandles(
  place: Place,
  wanted: CandlesWanted & Pick<CandleSpan, 'timeframe'>,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  return alone(place, async (sql) => {
    const rows = await sql
      .unsafe(
        `copy (
          select distinct on (open_time) instrument_id as instrument, open_time as time, open, high, low, close, volume
          from ${await storedIn(sql, place, wanted)} where timeframe = ${literal(wanted.timeframe)}
          order by open_time, place
        ) to stdout with (format csv, header)`,
      )
      .readable();
    await pipeline(rows, createWriteStream(path, { flags: 'wx' }), { signal });
  });
}

/** The candles of both schemas, as what stands behind `from`. */
async function storedIn(sql: Sql, { schema }: Place, { instrumentId, from, to }: CandlesWanted): Promise<string> {
  const schemas = [...new Set([HISTORY_SCHEMA, schema])];
  for (const each of schemas) checkSchemaName(each);
  const rows = await sql<{ name: string }[]>`
    select schemaname as name from pg_tables where tablename = 'candles' and schemaname = any(${schemas}::text[])`;
  const there = schemas.filter((each) => rows.some(({ name }) => name === each));
  const isWanted = `instrument_id = ${literal(instrumentId)} and open_time >= ${Math.trunc(from)} and open_time < ${Math.trunc(to)}`;
  const columns = 'instrument_id, timeframe, open_time, open, high, low, close, volume';
  const parts = there.map(
    (each, place) => `select ${columns}, ${place} as place from ${each}.candles where ${isWanted}`,
  );
  return `(${parts.join(' union all ')}) as stored`;
}

/** On a connection of its own, which is gone afterwards: none of those that trade waits for it. */
async function alone<T>({ url }: Place, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connectSql(url, { connections: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** `copy` takes no parameters. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
