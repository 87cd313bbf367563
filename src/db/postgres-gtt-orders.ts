/** Rules and the orders of ours that they carry out, side by side. */
import type { GttLegName } from '../core/gtt.ts';
import type { BrokerOrderId, ClientOrderId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import type { LegOfOrder } from '../engine/orders/triggered-orders.ts';
import type { OpenSql } from './open-sql.ts';
import { readRules } from './postgres-gtt.ts';
import { rowReader } from './row-statement.ts';
import { orders } from './schema/decisions.ts';
import type { Sql } from './sql.ts';

const readOrder = rowReader(orders);

export class PostgresGttOrders {
  readonly #sql: Sql;

  constructor(database: Pick<OpenSql, 'sql'>) {
    this.#sql = database.sql;
  }

  /** Legs that have not ended, those that changed since then, and those whose order has not ended. */
  async legs(since: EpochMs): Promise<readonly LegOfOrder[]> {
    const sql = this.#sql;
    const rules = await readRules(
      sql,
      sql`client_gtt_id in (
        select client_gtt_id from gtt_legs left join orders using (client_order_id)
        where gtt_legs.status not in ('TRIGGERED', 'EXPIRED', 'CANCELLED', 'REJECTED')
          or gtt_legs.updated_time >= ${since}
          or orders.status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'))`,
    );
    const ids = rules.flatMap(({ legs }) => legs.flatMap(({ clientOrderId }) => clientOrderId ?? []));
    const rows = ids.length === 0 ? [] : await sql`select * from orders where client_order_id = any(${ids}::text[])`;
    const byId = new Map(rows.map(readOrder).map((order) => [order.clientOrderId, order]));
    return rules.flatMap((rule) =>
      rule.legs.map((leg) => ({ rule, leg, order: (leg.clientOrderId && byId.get(leg.clientOrderId)) ?? null })),
    );
  }

  /** Nothing when the leg has its order already. */
  async claim(clientGttId: ClientOrderId, leg: GttLegName, brokerOrderId: BrokerOrderId): Promise<void> {
    await this.#sql`
      update gtt_legs set broker_order_id = ${brokerOrderId}
      where client_gtt_id = ${clientGttId} and name = ${leg} and broker_order_id is null`;
  }
}
