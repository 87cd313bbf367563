/**
 * Applies `migrations/*.sql` in the order of their numbers, each in a transaction with its record, under an advisory lock
 * of the schema. Migrations name no schema: the search path decides where they land. One that was applied is history;
 * an edited or vanished one is refused.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../core/errors.ts';
import { advisoryKey } from './advisory-key.ts';
import type { Session, Sql } from './sql.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

interface Migration {
  readonly name: string;
  readonly hash: string;
  readonly text: string;
}

/** Makes the schema if it is missing and brings it up to date; returns the names of what was applied. */
export async function migrate(sql: Sql, schema: string, folder = MIGRATIONS_FOLDER): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  return underLock(sql, schema, (session) => bringUpToDate(session, schema, migrations));
}

/** Drops the schema with everything in it and makes it anew; who migrates it at the same moment waits. */
export async function migrateAnew(sql: Sql, schema: string): Promise<void> {
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  await underLock(sql, schema, async (session) => {
    await session`drop schema if exists ${session(schema)} cascade`;
    await bringUpToDate(session, schema, migrations);
  });
}

async function bringUpToDate(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await session`create schema if not exists ${session(schema)}`;
  await session`
    create table if not exists migrations (
      name text primary key, hash text not null, applied_at timestamptz not null default now())`;
  const applied = await session<{ name: string; hash: string }[]>`select name, hash from migrations order by name`;
  const pending = pendingOf(migrations, applied, schema);
  for (const { name, hash, text } of pending) {
    // Statements sent as one simple query are one transaction.
    await session.unsafe(`${text}\n;insert into migrations (name, hash) values ('${name}', '${hash}')`).simple();
  }
  return pending.map(({ name }) => name);
}

async function underLock<T>(sql: Sql, schema: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await sql.reserve();
  const key = advisoryKey(`signalman migrations ${schema}`);
  try {
    await session`select pg_advisory_lock(${key}::bigint)`;
    return await work(session);
  } finally {
    await session`select pg_advisory_unlock(${key}::bigint)`.catch(() => undefined);
    session.release();
  }
}

function pendingOf(
  migrations: readonly Migration[],
  applied: readonly { name: string; hash: string }[],
  schema: string,
): readonly Migration[] {
  for (const { name, hash } of applied) {
    const file = migrations.find((each) => each.name === name);
    if (file === undefined) {
      throw new ConfigError(
        `Schema "${schema}" has migration "${name}", which this version lacks; run the newer version.`,
      );
    }
    if (file.hash !== hash) {
      throw new ConfigError(
        `Migration "${name}" was changed after schema "${schema}" had it; restore it and add a new one.`,
      );
    }
  }
  const known = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !known.has(name));
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      // A checkout may have other line ends.
      const hash = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
      return { name: file.slice(0, -'.sql'.length), hash, text };
    }),
  );
}
