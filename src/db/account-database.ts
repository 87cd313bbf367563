/** The database of an account that a worker trades or has traded: which schema is its, and the way there. */
import { ConfigError } from '../core/errors.ts';
import { ensureLeaseTable } from './lease-table.ts';
import { type DatabaseOptions, type OpenSql, openSql } from './open-sql.ts';
import { TRADING_MODES, type TradingMode } from './schema/closed-lists.ts';
import type { Sql } from './sql.ts';

/** Names the schema, the queue and the lease. */
export function accountSchema(mode: TradingMode, accountId: string): string {
  return `${mode}_${accountId.replaceAll('-', '_')}`;
}

/** Whether what is asked of the account waits for its next run; a rehearsal begins anew each time. */
export function isKept(schema: string): boolean {
  return TRADING_MODES.some((mode) => schema.startsWith(`${mode}_`));
}

/**
 * Opens the live account if there has ever been one, else the paper account; a whole name, such as `live_main` or
 * `rehearsal`, is taken as well when a worker has run under it. With `onInstead` the only account that has run stands in
 * for one that has not, and is told.
 */
export function openAccountDatabase(
  options: Omit<DatabaseOptions, 'schema'>,
  accountId: string,
  onInstead?: (name: string) => void,
): Promise<OpenSql> {
  return openSql({ ...options, schema: (sql) => findSchema(sql, accountId, onInstead) });
}

async function findSchema(sql: Sql, accountId: string, onInstead?: (name: string) => void): Promise<string> {
  await ensureLeaseTable(sql);
  const ofModes = TRADING_MODES.toReversed().map((mode) => accountSchema(mode, accountId));
  const rows = await sql<{ name: string; hasRun: boolean }[]>`
    select nspname as name, account is not null as "hasRun"
    from pg_namespace left join signalman_leases.leases on account = nspname order by 1`;
  const found = ofModes.find((name) => rows.some((row) => row.name === name));
  if (found !== undefined) return found;
  if (rows.some(({ name, hasRun }) => name === accountId && hasRun)) return accountId;
  const known = rows.filter(({ hasRun }) => hasRun).map(({ name }) => name);
  const [only, ...others] = known;
  if (onInstead !== undefined && only !== undefined && others.length === 0) {
    onInstead(only);
    return only;
  }
  const hint =
    known.length === 0
      ? 'no worker has run on this database'
      : `workers have run as ${known.map((name) => `"${name}"`).join(', ')}; name one with --account`;
  throw new ConfigError(`Expected an account that has been traded, found "${accountId}": ${hint}.`);
}
