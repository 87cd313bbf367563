import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { connectionUrl } from '../../src/db/connection-url.ts';
import { openDatabase, resetSchema } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { connectSql, type Sql } from '../../src/db/sql.ts';
import { testSchemaName, testStateFolder } from '../support/test-server.ts';

let schema: string;
let folder: string;
let sql: Sql;
beforeEach(async () => {
  schema = testSchemaName(randomBytes(4).toString('hex'));
  folder = await mkdtemp(join(tmpdir(), 'signalman-migrations-'));
  sql = connectSql(connectionUrl(new URL(inject('databaseUrl')), 'test', schema), { connections: 6 });
});
afterEach(async () => {
  await sql`drop schema if exists ${sql(schema)} cascade`;
  await sql.end();
  await rm(folder, { recursive: true });
});

const put = (name: string, text: string) => writeFile(join(folder, name), text);

async function tableNames(): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = ${schema} order by 1`;
  return rows.map(({ name }) => name);
}

describe('migrations', () => {
  test('run once, in the order of their numbers', async () => {
    await put('0002_add_note.sql', 'alter table things add note text;');
    await put('0001_things.sql', '-- a comment at the end needs no semicolon\ncreate table things (id int) -- so');
    await put('notes.txt', 'no migration');
    expect(await migrate(sql, schema, folder)).toEqual(['0001_things', '0002_add_note']);
    expect(await migrate(sql, schema, folder)).toEqual([]);
    await put('0003_more.sql', 'create table more (id int);');
    expect(await migrate(sql, schema, folder)).toEqual(['0003_more']);
    expect(await tableNames()).toEqual(['migrations', 'more', 'things']);
  });

  test('run once when several processes start together', async () => {
    await put('0001_things.sql', 'create table things (id int); select pg_sleep(0.05);');
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(sql, schema, folder)));
    expect(applied.flat()).toEqual(['0001_things']);
  });

  test('wait for one who makes the schema anew at the same moment', async () => {
    const anew = Array.from({ length: 5 }, () => resetSchema(sql, schema));
    const others = Array.from({ length: 20 }, async (_, index) => {
      await sleep(index * 10);
      await migrate(sql, schema);
    });
    await Promise.all([...anew, ...others]);
    expect(await tableNames()).toContain('orders');
  });

  test('that were edited after they ran are refused; other line ends are no edit', async () => {
    await put('0001_things.sql', 'create table things (\n  id int\n);\n');
    await migrate(sql, schema, folder);
    await put('0001_things.sql', 'create table things (\r\n  id int\r\n);\r\n');
    expect(await migrate(sql, schema, folder)).toEqual([]);
    await put('0001_things.sql', 'create table things (id bigint);');
    await expect(migrate(sql, schema, folder)).rejects.toThrow(/Migration "0001_things" was changed after schema/);
  });

  test('that this version does not know are refused', async () => {
    await put('0001_things.sql', 'create table things (id int);');
    await migrate(sql, schema, folder);
    await rm(join(folder, '0001_things.sql'));
    await expect(migrate(sql, schema, folder)).rejects.toThrow(/has migration "0001_things", which this version lacks/);
  });

  test('that fail leave nothing behind and stop those after them', async () => {
    await put('0001_things.sql', 'create table things (id int);');
    await put('0002_broken.sql', 'create table half (id int); select no_such_function();');
    await put('0003_more.sql', 'create table more (id int);');
    await expect(migrate(sql, schema, folder)).rejects.toThrow(/no_such_function/);
    expect(await tableNames()).toEqual(['migrations', 'things']);
    await put('0002_broken.sql', 'create table half (id int);');
    expect(await migrate(sql, schema, folder)).toEqual(['0002_broken', '0003_more']);
  });

  test('of the project run in any schema, and a reset begins it anew without touching another', async () => {
    const options = { url: inject('databaseUrl'), stateFolder: testStateFolder(), role: 'test' };
    const [one, other] = [
      await openDatabase({ ...options, schema }),
      await openDatabase({ ...options, schema: `${schema}_b` }),
    ];
    try {
      for (const database of [one, other]) await database.sql`insert into settings values ('halt', 'true', 1)`;
      await resetSchema(one.sql, schema);
      expect(await one.sql`select * from settings`).toEqual([]);
      expect(await other.sql`select name from settings`).toEqual([{ name: 'halt' }]);
    } finally {
      await other.sql`drop schema ${other.sql(`${schema}_b`)} cascade`;
      await Promise.all([one.close(), other.close()]);
    }
  });
});
