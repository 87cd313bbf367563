/**
 * Differences between our books and the broker's, each a row for as long as it lasts. Entry point: `PostgresDifferences`.
 *
 * Invariants: of one key at most one row is open; one that comes back after it was gone is a new row; a row counts as told
 * only when its alert was raised, so that a crash in between tells of it again.
 */
import type { EpochMs } from '../core/time.ts';
import type { Difference } from '../engine/orders/difference.ts';
import type { Sql } from './sql.ts';

export interface StoredDifference extends Difference {
  readonly id: number;
  readonly foundTime: EpochMs;
  /** When it was last found to be still there. */
  readonly seenTime: EpochMs;
}

export class PostgresDifferences {
  readonly #sql: Sql;

  constructor({ sql }: { readonly sql: Sql }) {
    this.#sql = sql;
  }

  /**
   * Takes down what there is at `time`. What is open and not among it is resolved, unless the look was not conclusive; a look
   * at the orders resolves nothing about rules, nor the other way round. Returns what no alert was raised for yet.
   */
  record(
    differences: readonly Difference[],
    time: EpochMs,
    isConclusive: boolean,
    about: 'orders' | 'rules' = 'orders',
  ): Promise<readonly StoredDifference[]> {
    const rows = [...new Map(differences.map((each) => [each.key, each])).values()];
    return this.#sql.begin(async (transaction) => {
      await transaction`
        insert into differences (key, kind, level, instrument_id, orders, numbers, text, found_time, seen_time)
        select key, kind, level, "instrumentId", orders, numbers, text, ${time}, ${time}
        from json_to_recordset(${JSON.stringify(rows)}::text::json) as found
          (key text, kind text, level text, "instrumentId" text, orders jsonb, numbers jsonb, text text)
        on conflict (key) where resolved_time is null do update set
          level = excluded.level, orders = excluded.orders, numbers = excluded.numbers, text = excluded.text,
          seen_time = greatest(differences.seen_time, excluded.seen_time)`;
      if (isConclusive) {
        await transaction`
          update differences set resolved_time = greatest(seen_time, ${time}::bigint)
          where resolved_time is null and (kind like 'GTT\\_%') = ${about === 'rules'}
            and key not in (select json_array_elements_text(${JSON.stringify(rows.map(({ key }) => key))}::text::json))`;
      }
      return transaction<StoredDifference[]>`
        select ${openFields(this.#sql)} from differences
        where resolved_time is null and told_time is null and (kind like 'GTT\\_%') = ${about === 'rules'} order by id`;
    });
  }

  async markTold(ids: readonly number[], time: EpochMs): Promise<void> {
    await this.#sql`
      update differences set told_time = greatest(found_time, ${time}::bigint)
      where told_time is null and id in (select json_array_elements_text(${JSON.stringify(ids)}::text::json)::bigint)`;
  }

  /** Those that last, oldest first. */
  open(): Promise<readonly StoredDifference[]> {
    return this.#sql<StoredDifference[]>`
      select ${openFields(this.#sql)} from differences where resolved_time is null order by id`;
  }
}

function openFields(sql: Sql) {
  return sql`id, key, kind, level, instrument_id as "instrumentId", orders, numbers, text,
    found_time as "foundTime", seen_time as "seenTime"`;
}
