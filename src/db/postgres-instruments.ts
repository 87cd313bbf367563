/**
 * A broker's list of instruments as it was imported last: by id, by token, by name and by words. Entry point:
 * `PostgresInstruments`. What a list no longer had is found by its id alone, with the day it was last seen.
 */
import type { InstrumentId } from '../core/ids.ts';
import { idsNamed, indexByName, NAMED_INDICES } from '../core/index-names.ts';
import type { Exchange, Instrument } from '../core/instrument.ts';
import { type BrokerListing, type ImportFacts, lastImport } from './import-listings.ts';
import type { OpenSql } from './open-sql.ts';
import type { Sql } from './sql.ts';

export interface StoredListing extends BrokerListing {
  /** Null while the broker lists it; then the day of the last list that had it. */
  readonly lastSeenDay: string | null;
}

export interface InstrumentQuery {
  /** In any order and case; every one has to be found. */
  readonly words: string;
  readonly exchange?: Exchange;
  readonly limit: number;
}

export interface FoundInstruments {
  readonly total: number;
  /** The best first. */
  readonly listings: readonly StoredListing[];
}

/** One expiry of an underlying's contracts. */
export interface ContractExpiry {
  readonly exchange: Exchange;
  readonly expiry: string;
  readonly lotSize: number;
  readonly hasFuture: boolean;
  readonly options: number;
}

type ListingRow = Instrument & Omit<StoredListing, 'instrument'>;

export class PostgresInstruments {
  readonly #sql: Sql;
  readonly #broker: string;

  constructor(database: Pick<OpenSql, 'sql'>, broker: string) {
    this.#sql = database.sql;
    this.#broker = broker;
  }

  /** Undefined when there never was an import. */
  lastImport(): Promise<ImportFacts | undefined> {
    return lastImport(this.#sql, this.#broker);
  }

  /** Those of them that are or were listed, in no order. */
  async byIds(ids: readonly InstrumentId[]): Promise<readonly StoredListing[]> {
    const rows = await this.#sql<ListingRow[]>`
      select ${this.#fields()} from broker_instruments b join instruments i on i.id = b.instrument_id
      where b.broker = ${this.#broker} and b.instrument_id = any(${[...ids]}::text[])`;
    return rows.map(readListing);
  }

  async byToken(segment: string, token: string): Promise<StoredListing | undefined> {
    const rows = await this.#sql<ListingRow[]>`
      select ${this.#fields()} from broker_instruments b join instruments i on i.id = b.instrument_id
      where b.broker = ${this.#broker} and segment = ${segment} and token = ${token} and last_seen_day is null`;
    return rows.map(readListing)[0];
  }

  /** By id, by an index's common name (`NIFTY`), or by a share's symbol, at NSE before BSE. */
  async byName(name: string): Promise<StoredListing | undefined> {
    const ids = idsNamed(name);
    const found = new Map((await this.byIds(ids)).map((each) => [each.instrument.id, each]));
    return ids.map((id) => found.get(id)).find((each) => each !== undefined);
  }

  /** Whole names first, then indices, shares, and contracts by their expiry. */
  async search({ words, exchange, limit }: InstrumentQuery): Promise<FoundInstruments> {
    const whole = normal(words);
    const parts = whole.split(/[\s:]+/).filter((part) => part !== '');
    if (parts.length === 0) return { total: 0, listings: [] };
    const named = indicesOf(parts);
    const rows = await this.#sql<(ListingRow & { readonly total: number })[]>`
      select *, count(*) over ()::int as total
      from (
        select ${this.#fields()}, upper(concat_ws(' ', i.id, i.name, b.trading_symbol)) as text
        from broker_instruments b join instruments i on i.id = b.instrument_id
        where b.broker = ${this.#broker} and b.last_seen_day is null
          and (${exchange ?? null}::text is null or i.exchange = ${exchange ?? null})
      ) found
      where id = any(${named}::text[])
        or not exists (select from unnest(${parts}::text[]) as part where strpos(text, part) = 0)
      order by
        case
          when id = ${indexByName(whole)?.id ?? null} then 0
          when upper(id) = ${whole} or upper("tradingSymbol") = ${whole} then 1
          when expiry is null and upper(symbol) = ${whole} then 1
          when kind = 'INDEX' then 2
          when kind = 'EQUITY' then 3
          else 4
        end,
        upper(symbol) = any(${parts}::text[]) desc, starts_with(upper(symbol), ${parts[0] ?? ''}) desc, expiry,
        "hasDerivatives" desc, length(symbol), symbol, kind, exchange desc, strike, id
      limit ${limit}`;
    return { total: rows[0]?.total ?? 0, listings: rows.map(readListing) };
  }

  /** Expiries of a share's or an index's contracts, or of all those with a symbol (`GOLD`), the nearest first. */
  async expiriesOf(
    underlying: { readonly id: InstrumentId } | { readonly symbol: string },
  ): Promise<readonly ContractExpiry[]> {
    const id = 'id' in underlying ? underlying.id : null;
    const symbol = 'symbol' in underlying ? underlying.symbol : null;
    return this.#sql<ContractExpiry[]>`
      select i.exchange, i.expiry, max(i.lot_size) as "lotSize", bool_or(i.kind = 'FUTURE') as "hasFuture",
        count(*) filter (where i.kind = 'OPTION')::int as options
      from broker_instruments b join instruments i on i.id = b.instrument_id
      where b.broker = ${this.#broker} and b.last_seen_day is null and i.expiry is not null
        and (i.underlying = ${id} or i.symbol = ${symbol})
      group by i.exchange, i.expiry order by i.expiry, i.exchange`;
  }

  #fields() {
    return this.#sql`
      i.id, i.exchange, i.symbol, i.name, i.kind, i.tick_size as "tickSize", i.lot_size as "lotSize",
      i.freeze_quantity as "freezeQuantity", i.expiry, i.strike, i.option_type as "optionType", i.underlying,
      i.has_derivatives as "hasDerivatives", b.segment, b.token, b.trading_symbol as "tradingSymbol",
      b.last_seen_day as "lastSeenDay"`;
  }
}

function normal(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase();
}

/** Indices that are known by names with all of the words, which the broker's list need not have. */
function indicesOf(parts: readonly string[]): readonly InstrumentId[] {
  return NAMED_INDICES.filter(({ symbol, contractName, aliases }) =>
    [symbol, contractName ?? '', ...aliases].some((name) => parts.every((part) => name.includes(part))),
  ).map(({ id }) => id);
}

function readListing(row: ListingRow & { readonly total?: number; readonly text?: string }): StoredListing {
  const { segment, token, tradingSymbol, lastSeenDay, total: _total, text: _text, ...instrument } = row;
  return { instrument, segment, token, tradingSymbol, lastSeenDay };
}
