import { readdir, readFile } from 'node:fs/promises';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALERT_KINDS, ALERT_LEVELS } from '../../../src/core/alert.ts';
import { PROVENANCES } from '../../../src/core/candle.ts';
import { GTT_LEGS, GTT_STATUSES } from '../../../src/core/gtt.ts';
import { EXCHANGES } from '../../../src/core/instrument.ts';
import { ORDER_ROLES, ORDER_SIDES, ORDER_TYPES, PRODUCT_TYPES, TIMES_IN_FORCE } from '../../../src/core/order.ts';
import { ORDER_STATUSES } from '../../../src/core/order-status.ts';
import { SIGNAL_KINDS, SIGNAL_STATUSES } from '../../../src/core/signal.ts';
import { TIMEFRAMES } from '../../../src/core/timeframe.ts';
import { EXIT_REASONS } from '../../../src/core/trade.ts';
import * as backtests from '../../../src/db/schema/backtests.ts';
import * as books from '../../../src/db/schema/books.ts';
import * as callLog from '../../../src/db/schema/call-log.ts';
import { DENIAL_CODES } from '../../../src/db/schema/closed-lists.ts';
import * as commands from '../../../src/db/schema/commands.ts';
import * as confirmations from '../../../src/db/schema/confirmations.ts';
import * as decisions from '../../../src/db/schema/decisions.ts';
import * as differences from '../../../src/db/schema/differences.ts';
import * as marketData from '../../../src/db/schema/market-data.ts';
import * as messages from '../../../src/db/schema/messages.ts';
import * as scheduleRuns from '../../../src/db/schema/schedule-runs.ts';
import { DIFFERENCE_KINDS } from '../../../src/engine/orders/difference.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

const tables = {
  ...{ ...marketData, ...decisions, ...books, ...backtests, ...messages, ...callLog, ...commands },
  ...{ ...differences, ...scheduleRuns, ...confirmations },
};
const SNAPSHOTS = new URL('../../../migrations/meta/', import.meta.url);

let migrated: TestDatabase;
beforeAll(async () => {
  migrated = await testDatabase();
});
afterAll(() => migrated.close());

describe('the schema', () => {
  test('as the migrations make it is the one the program is compiled with', async () => {
    const { sql } = migrated.database;
    const drawn = `${migrated.schema}_drawn`;
    const statements = await generateMigration(
      generateDrizzleJson({}),
      generateDrizzleJson(tables, undefined, undefined, 'snake_case'),
    );
    await sql`create schema ${sql(drawn)}`;
    try {
      await sql.begin(async (transaction) => {
        await transaction`set local search_path to ${sql(drawn)}`;
        await transaction.unsafe(statements.join('\n').replaceAll('"public".', ''));
      });
      expect(await catalogueOf(drawn)).toEqual(await catalogueOf(migrated.schema));
    } finally {
      await sql`drop schema ${sql(drawn)} cascade`;
    }
  });

  test('leaves drizzle-kit nothing to generate', async () => {
    const latest = (await readdir(SNAPSHOTS))
      .filter((name) => name.endsWith('_snapshot.json'))
      .sort()
      .at(-1);
    const snapshot = JSON.parse(await readFile(new URL(latest ?? 'none', SNAPSHOTS), 'utf8'));
    const current = generateDrizzleJson(tables, snapshot.id, undefined, 'snake_case');
    expect(await generateMigration(snapshot, current)).toEqual([]);
  });

  test.each<[table: string, column: string, values: readonly string[]]>([
    ['instruments', 'exchange', EXCHANGES],
    ['candles', 'timeframe', TIMEFRAMES],
    ['candles', 'provenance', PROVENANCES],
    ['signals', 'kind', SIGNAL_KINDS],
    ['signals', 'side', ORDER_SIDES],
    ['signals', 'status', SIGNAL_STATUSES],
    ['signals', 'product', PRODUCT_TYPES],
    ['signals', 'timeframe', TIMEFRAMES],
    ['signals', 'provenance', PROVENANCES],
    ['signals', 'denial_code', DENIAL_CODES],
    ['schedule_runs', 'status', scheduleRuns.RUN_STATUSES],
    ['orders', 'role', ORDER_ROLES],
    ['orders', 'side', ORDER_SIDES],
    ['orders', 'type', ORDER_TYPES],
    ['orders', 'product', PRODUCT_TYPES],
    ['orders', 'time_in_force', TIMES_IN_FORCE],
    ['orders', 'status', ORDER_STATUSES],
    ['order_events', 'status', ORDER_STATUSES.filter((each) => each !== 'FILLED' && each !== 'PARTIALLY_FILLED')],
    ['fills', 'side', ORDER_SIDES],
    ['gtt_legs', 'name', GTT_LEGS],
    ['gtt_legs', 'status', GTT_STATUSES],
    ['gtt_events', 'status', GTT_STATUSES],
    ['trades', 'exit_reason', EXIT_REASONS],
    ['backtest_trades', 'exit_reason', EXIT_REASONS],
    ['alerts', 'kind', ALERT_KINDS],
    ['alerts', 'level', ALERT_LEVELS],
    ['differences', 'level', ALERT_LEVELS],
    ['differences', 'kind', DIFFERENCE_KINDS],
  ])('%s.%s takes the values of the core and no other', async (table, column, values) => {
    const [constraint] = await migrated.database.sql<{ definition: string }[]>`
      select pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = ${`${migrated.schema}.${table}`}::regclass and conname = ${`${table}_${column}`}`;
    const listed = [...(constraint?.definition ?? '').matchAll(/'([^']*)'/g)].map(([, value]) => value);
    expect(new Set(listed)).toEqual(new Set(values));
  });
});

/** Everything PostgreSQL knows of a schema's tables, but for the names of their places. */
async function catalogueOf(schema: string): Promise<unknown> {
  const { sql } = migrated.database;
  const ours = sql`n.nspname = ${schema} and c.relname <> 'migrations'`;
  const columns = await sql`
    select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
      a.attidentity, pg_get_expr(d.adbin, d.adrelid) as default
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where ${ours} and c.relkind = 'r' and a.attnum > 0 order by 1, 2`;
  const constraints = await sql`
    select c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and k.contype <> 'n' order by 1, 2`;
  const indexes = await sql`
    select tablename as table, indexname as name, replace(indexdef, ${schema}, '') as definition from pg_indexes
    where schemaname = ${schema} and tablename <> 'migrations' order by 1, 2`;
  const text = JSON.stringify({ columns, constraints, indexes }, null, 1);
  return text.replaceAll(`${schema}.`, '').split('\n');
}
