/**
 * The door to PostgreSQL: the server of DATABASE_URL, or the embedded one when there is none.
 *
 * Entry points: `openDatabase`, `resetSchema`. Invariants: an open database is reachable and migrated; everything it does
 * happens in one schema, so that a rehearsal's data never mixes with real data; no message holds a password.
 */

import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrateAnew } from './migrate.ts';
import { checkSchemaName, type DatabaseOptions, type OpenSql, openSql } from './open-sql.ts';
import type { Sql } from './sql.ts';

export interface Database extends OpenSql {
  readonly orm: PostgresJsDatabase;
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const opened = await openSql(options);
  return { ...opened, orm: drizzle(opened.sql, { casing: 'snake_case' }) };
}

/** Drops everything in the schema and makes it anew, empty and migrated. */
export async function resetSchema(sql: Sql, schema: string): Promise<void> {
  checkSchemaName(schema);
  await migrateAnew(sql, schema);
}
