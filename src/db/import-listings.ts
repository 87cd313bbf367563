/**
 * Takes over a broker's list of instruments as a whole, in one transaction. Entry point: `importListings`.
 *
 * Invariants: until the last row has come and the list was found good nothing is changed, so a list that breaks off or a
 * process that is killed leaves the one before; of two imports at once the second waits for the first; an instrument that
 * the list no longer has is kept and marked with the day it was last seen; a token is one listed instrument's at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DataError, InvariantError, UnavailableError } from '../core/errors.ts';
import type { Instrument } from '../core/instrument.ts';
import { dayOf, type EpochMs, formatDay } from '../core/time.ts';
import { advisoryKey } from './advisory-key.ts';
import type { OpenSql } from './open-sql.ts';
import type { instrumentImports } from './schema/market-data.ts';
import { isRefusedData, type Sql, type Transaction } from './sql.ts';

/** One of our instruments with a broker's names for it. */
export interface BrokerListing {
  readonly instrument: Instrument;
  /** The broker's word for the venue; tokens are unique within it only. */
  readonly segment: string;
  readonly token: string;
  readonly tradingSymbol: string;
}

export interface ListTally {
  readonly rows: number;
  /** Rows that were left out, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface OpenedList {
  readonly source: string;
  readonly listTime: EpochMs;
  readonly givenTime: EpochMs | null;
  readonly listings: AsyncGenerator<BrokerListing, ListTally, void>;
}

/** What is known of a list that was taken over. */
export type ImportFacts = Omit<typeof instrumentImports.$inferSelect, 'id'>;

/** How many instruments of a segment the stored list has, and the one that came. */
export interface SegmentCount {
  readonly segment: string;
  readonly before: number;
  readonly now: number;
}

export interface ListingImport {
  readonly broker: string;
  readonly now: () => EpochMs;
  /** Called when it is this import's turn, with what was imported last; null when there is nothing left to do. */
  readonly open: (last: ImportFacts | undefined) => Promise<OpenedList | null>;
  /** Throws when the list that came is not to be believed. */
  readonly check: (list: OpenedList, counts: readonly SegmentCount[], last: ImportFacts | undefined) => void;
  /** Told once when another import is under way. */
  readonly onWait?: () => void;
  readonly waitMs?: number;
}

const BATCH = 1_000;
const WAIT_MS = 120_000;
const RETRY_MS = 200;

const STAGE = `create temporary table listing_stage on commit drop as
  select *, ''::text as segment, ''::text as token, ''::text as trading_symbol from instruments limit 0`;
const FILL_STAGE = `insert into listing_stage select * from json_populate_recordset(null::listing_stage, $1::text::json)`;

/** Null when `open` said so. */
export async function importListings(
  database: Pick<OpenSql, 'sql' | 'schema'>,
  options: ListingImport,
): Promise<ImportFacts | null> {
  const { broker, open, check } = options;
  try {
    const { facts } = await database.sql.begin(async (transaction) => {
      await takeTurn(transaction, database.schema, options);
      const last = await lastImport(transaction, broker);
      const list = await open(last);
      if (list === null) return { facts: null };
      const tally = await fillStage(transaction, list.listings, options.now());
      check(list, await countSegments(transaction, broker), last);
      return { facts: await apply(transaction, options, list, tally, last) };
    });
    return facts;
  } catch (cause) {
    if (!isRefusedData(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`The list of instruments has a value that can not be stored (${why}); nothing was changed.`, {
      cause,
    });
  }
}

/** What was imported last of a broker. */
export async function lastImport(sql: Sql | Transaction, broker: string): Promise<ImportFacts | undefined> {
  const [row] = await sql<ImportFacts[]>`
    select broker, source, list_time as "listTime", given_time as "givenTime", imported_time as "importedTime", rows,
      listed, added, moved, vanished, refused
    from instrument_imports where broker = ${broker} order by id desc limit 1`;
  return row;
}

async function takeTurn(sql: Transaction, schema: string, options: ListingImport): Promise<void> {
  const { broker, onWait, waitMs = WAIT_MS } = options;
  const key = advisoryKey(`signalman instruments ${schema} ${broker}`);
  const deadline = performance.now() + waitMs;
  for (let attempts = 0; ; attempts++) {
    const [attempt] = await sql<{ isHeld: boolean }[]>`select pg_try_advisory_xact_lock(${key}::bigint) as "isHeld"`;
    if (attempt?.isHeld) return;
    if (attempts === 0) onWait?.();
    if (performance.now() >= deadline) {
      throw new UnavailableError('Another import of instruments is still running: wait for it to end, or end it.');
    }
    await sleep(RETRY_MS);
  }
}

async function fillStage(sql: Transaction, listings: OpenedList['listings'], now: EpochMs): Promise<ListTally> {
  let batch: object[] = [];
  const send = async (): Promise<void> => {
    if (batch.length > 0) await sql.unsafe(FILL_STAGE, [JSON.stringify(batch)]);
    batch = [];
  };
  try {
    await sql.unsafe(STAGE);
    for (;;) {
      const next = await listings.next();
      if (next.done) {
        await send();
        await sql.unsafe('analyze listing_stage');
        return next.value;
      }
      batch.push(rowOf(next.value, now));
      if (batch.length >= BATCH) await send();
    }
  } finally {
    await listings.return({ rows: 0, refused: {} });
  }
}

/** Written out field by field: a list has so many rows that anything cleverer shows in its memory. */
function rowOf({ instrument, segment, token, tradingSymbol }: BrokerListing, now: EpochMs): object {
  const { id, exchange, symbol, name, kind, tickSize, lotSize, freezeQuantity, expiry, strike, optionType } =
    instrument;
  return {
    ...{ id, exchange, symbol, name, kind, tick_size: tickSize, lot_size: lotSize, freeze_quantity: freezeQuantity },
    ...{ expiry, strike, option_type: optionType, underlying: instrument.underlying },
    ...{ has_derivatives: instrument.hasDerivatives, updated_time: now, segment, token, trading_symbol: tradingSymbol },
  };
}

/** A row that is as it was is not written again: most of them are. */
async function saveInstruments(sql: Transaction): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = 'instruments'::regclass and attnum > 0 and not attisdropped`;
  const names = columns.map(({ name }) => name);
  const facts = names.filter((name) => name !== 'id' && name !== 'updated_time');
  const listOf = (wanted: readonly string[], prefix: string): string => wanted.map((name) => prefix + name).join(', ');
  await sql.unsafe(`
    insert into instruments (${listOf(names, '')})
    select ${listOf(names, 's.')} from listing_stage s left join instruments i on i.id = s.id
    where i.id is null or (${listOf(facts, 'i.')}) is distinct from (${listOf(facts, 's.')})
    on conflict (id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`);
}

async function countSegments(sql: Transaction, broker: string): Promise<readonly SegmentCount[]> {
  return sql<SegmentCount[]>`
    select segment, coalesce(stored.count, 0)::int as before, coalesce(came.count, 0)::int as now
    from (
      select segment, count(*) from broker_instruments
      where broker = ${broker} and last_seen_day is null group by segment
    ) stored full join (select segment, count(*) from listing_stage group by segment) came using (segment)
    order by segment`;
}

async function apply(
  sql: Transaction,
  { broker, now }: ListingImport,
  { source, listTime, givenTime }: OpenedList,
  { rows, refused }: ListTally,
  last: ImportFacts | undefined,
): Promise<ImportFacts> {
  const importedTime = now();
  const lastSeenDay = formatDay(dayOf(last?.listTime ?? listTime));
  await saveInstruments(sql);
  const [count] = await sql<{ listed: number; added: number }[]>`
    select count(*)::int as listed, (count(*) - count(b.instrument_id))::int as added
    from listing_stage s left join broker_instruments b
      on b.broker = ${broker} and b.instrument_id = s.id and b.last_seen_day is null`;
  if (count === undefined) throw new InvariantError('Expected a count of instruments, found none');
  const { count: vanished } = await sql`
    update broker_instruments b set last_seen_day = ${lastSeenDay}, updated_time = ${importedTime}
    where broker = ${broker} and last_seen_day is null
      and not exists (select from listing_stage s where s.id = b.instrument_id)`;
  // All tokens that change hands are let go first: two instruments may change theirs with each other.
  const { count: moved } = await sql`
    update broker_instruments b set last_seen_day = ${lastSeenDay} from listing_stage s
    where b.broker = ${broker} and b.last_seen_day is null and b.instrument_id = s.id
      and (b.segment, b.token) <> (s.segment, s.token)`;
  await sql`
    insert into broker_instruments (broker, instrument_id, segment, token, trading_symbol, updated_time)
    select ${broker}, s.id, s.segment, s.token, s.trading_symbol, ${importedTime}
    from listing_stage s left join broker_instruments b on b.broker = ${broker} and b.instrument_id = s.id
    where b.instrument_id is null or b.last_seen_day is not null or b.trading_symbol <> s.trading_symbol
    on conflict (broker, instrument_id) do update set segment = excluded.segment, token = excluded.token,
      trading_symbol = excluded.trading_symbol, last_seen_day = null, updated_time = excluded.updated_time`;
  const facts = { broker, source, listTime, givenTime, importedTime, rows, ...count, moved, vanished, refused };
  await sql`
    insert into instrument_imports (
      broker, source, list_time, given_time, imported_time, rows, listed, added, moved, vanished, refused
    ) values (
      ${broker}, ${source}, ${listTime}, ${givenTime}, ${importedTime}, ${rows}, ${count.listed}, ${count.added}, ${moved},
      ${vanished}, ${JSON.stringify(refused)}::text::jsonb
    )`;
  return facts;
}
