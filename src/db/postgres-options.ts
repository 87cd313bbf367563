import { idsNamed } from '../core/index-names.ts';
import type { OptionContract, OptionList, OptionUnderlying } from '../ports/option-list.ts';
import type { OpenSql } from './open-sql.ts';
import type { Sql } from './sql.ts';

/** The options of a broker's list as it was imported last. */
export class PostgresOptions implements OptionList {
  readonly #sql: Sql;
  readonly #broker: string;

  constructor({ sql }: Pick<OpenSql, 'sql'>, broker: string) {
    this.#sql = sql;
    this.#broker = broker;
  }

  async underlying(name: string): Promise<OptionUnderlying | undefined> {
    const ids = [...idsNamed(name)];
    const [found] = await this.#sql<OptionUnderlying[]>`
      select exchange, symbol, underlying as "instrumentId", array_agg(distinct expiry::text order by expiry::text) as expiries
      from broker_instruments join instruments on id = instrument_id
      where broker = ${this.#broker} and last_seen_day is null and kind = 'OPTION'
        and (underlying = any(${ids}::text[]) or upper(symbol) = upper(trim(${name})))
      group by exchange, symbol, underlying
      order by array_position(${ids}::text[], underlying) nulls last, exchange <> 'NFO', exchange
      limit 1`;
    return found;
  }

  async contracts(
    { exchange, symbol }: Pick<OptionUnderlying, 'exchange' | 'symbol'>,
    expiry: string,
  ): Promise<readonly OptionContract[]> {
    return this.#sql<OptionContract[]>`
      select instrument_id as "instrumentId", strike, option_type as "optionType"
      from broker_instruments join instruments on id = instrument_id
      where broker = ${this.#broker} and last_seen_day is null and kind = 'OPTION'
        and exchange = ${exchange} and symbol = ${symbol} and expiry = ${expiry}::text::date
      order by strike, option_type`;
  }
}
