import type { StrategyId } from '../core/ids.ts';
import type { AccountStanding } from '../ports/account-views.ts';
import type { Sql } from './sql.ts';

/** Of one strategy, or of all when it is null. */
export async function accountStanding(
  { sql }: { readonly sql: Sql },
  strategyId: StrategyId | null,
): Promise<AccountStanding> {
  const [standing] = await sql<AccountStanding[]>`
    select
      (select count(*)::int from (
        select distinct on (strategy_id, instrument_id, product) quantity from positions
        where ${strategyId}::text is null or strategy_id = ${strategyId}
        order by strategy_id, instrument_id, product, day desc) latest where quantity <> 0) as "openPositions",
      count(*) filter (where role = 'ENTRY')::int as "workingEntries",
      count(*) filter (where role <> 'ENTRY')::int as "workingExits"
    from orders
    where status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')
      and (${strategyId}::text is null or strategy_id = ${strategyId})`;
  return standing ?? { openPositions: 0, workingEntries: 0, workingExits: 0 };
}

/** Strategies that have ever planned an order in the account. */
export async function tradedStrategies({ sql }: { readonly sql: Sql }): Promise<readonly StrategyId[]> {
  const rows = await sql<{ id: StrategyId }[]>`select distinct strategy_id as id from orders order by 1`;
  return rows.map(({ id }) => id);
}
