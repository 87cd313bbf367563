/**
 * Writes any number of rows with one statement whose text never changes: the rows travel as one JSON parameter. So it is
 * planned once per connection, and several of them share a round trip.
 */
import { getTableColumns, getTableName } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import type { PgTable } from 'drizzle-orm/pg-core';
import type postgres from 'postgres';
import type { Sql } from './sql.ts';

export interface RowStatement<Row> {
  readonly text: string;
  encode(rows: readonly Row[]): string;
}

/** `tail` says what to do on a conflict and what to return. Columns with a default are left to it. */
export function insertStatement<Table extends PgTable>(
  table: Table,
  tail: string,
): RowStatement<Table['$inferInsert']> {
  const columns = columnsOf(table).filter(({ hasDefault }) => !hasDefault);
  const names = columns.map(({ name }) => name).join(', ');
  const rows = `json_populate_recordset(null::${getTableName(table)}, $1::text::json)`;
  return {
    text: `insert into ${getTableName(table)} (${names}) select ${names} from ${rows} ${tail}`,
    encode: (values) => encodeRows(columns, values),
  };
}

/** Sets the named fields of the rows with the same key. */
export function updateStatement<Table extends PgTable, Field extends keyof Table['$inferInsert'] & string>(
  table: Table,
  key: Field,
  fields: readonly Field[],
  condition = 'true',
): RowStatement<Pick<Table['$inferInsert'], Field>> {
  const columns = columnsOf(table).filter(
    ({ field }) => field === key || (fields as readonly string[]).includes(field),
  );
  const sets = fields.map((field) => `${toSnakeCase(field)} = changed.${toSnakeCase(field)}`).join(', ');
  const name = getTableName(table);
  const match = `stored.${toSnakeCase(key)} = changed.${toSnakeCase(key)} and ${condition}`;
  return {
    text:
      `update ${name} as stored set ${sets} ` +
      `from json_populate_recordset(null::${name}, $1::text::json) as changed where ${match}`,
    encode: (values) => encodeRows(columns, values),
  };
}

/** `on conflict` part that replaces the whole row. */
export function replacing(table: PgTable, key: readonly string[]): string {
  const names = columnsOf(table).map(({ name }) => name);
  const sets = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
  return `on conflict (${key.join(', ')}) do update set ${sets.join(', ')}`;
}

/** Sends it at once, prepared, so that statements issued together travel together and in that order. */
export function runRows<Row>(
  connection: Pick<Sql, 'unsafe'>,
  statement: RowStatement<Row>,
  rows: readonly Row[],
): Promise<readonly postgres.Row[]> {
  return connection.unsafe(statement.text, [statement.encode(rows)], { prepare: true }).execute();
}

/** A row as the driver gives it, under the names of the table's fields. */
export function rowReader<Table extends PgTable>(table: Table): (row: postgres.Row) => Table['$inferSelect'] {
  const columns = columnsOf(table);
  // The table's definition, which a test compares with the database, is what makes this type true.
  return (row) => Object.fromEntries(columns.map(({ field, name }) => [field, row[name]])) as Table['$inferSelect'];
}

interface NamedColumn {
  readonly field: string;
  readonly name: string;
  readonly hasDefault: boolean;
}

function columnsOf(table: PgTable): readonly NamedColumn[] {
  return Object.entries(getTableColumns(table)).map(([field, column]) => {
    return { field, name: toSnakeCase(field), hasDefault: column.hasDefault };
  });
}

function encodeRows(columns: readonly NamedColumn[], rows: readonly object[]): string {
  return JSON.stringify(
    rows.map((row) => {
      const fields = new Map<string, unknown>(Object.entries(row));
      return Object.fromEntries(columns.map(({ field, name }) => [name, fields.get(field)]));
    }),
  );
}
