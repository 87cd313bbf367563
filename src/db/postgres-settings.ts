import type { Database } from './database.ts';

/** Small values that outlive a restart, by name. */
export class PostgresSettings {
  readonly #sql: Database['sql'];

  constructor(database: Pick<Database, 'sql'>) {
    this.#sql = database.sql;
  }

  /** Undefined when nothing was ever written under the name. */
  async read(name: string): Promise<unknown> {
    const [row] = await this.#sql<{ value: unknown }[]>`select value from settings where name = ${name}`;
    return row?.value;
  }

  async write(name: string, value: unknown): Promise<void> {
    await this.#sql`
      insert into settings (name, value, updated_time)
      values (${name}, ${JSON.stringify(value)}::text::jsonb, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
      on conflict (name) do update set value = excluded.value, updated_time = excluded.updated_time`;
  }
}
