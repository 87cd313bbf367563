/** What the driver does with a connection that breaks: each of these ended the process, or never ended, before it was mended. */
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { beforeAll, expect, test } from 'vitest';
import { connectSql, type Sql } from '../../src/db/sql.ts';
import { testDatabase } from '../support/test-database.ts';

let url = '';
let admin: Sql;

beforeAll(async () => {
  const opened = await testDatabase('driver');
  url = opened.database.url;
  admin = opened.database.sql;
  return () => opened.close();
});

const pidOf = async (sql: postgres.ISql): Promise<number> => {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
};
const kill = (pid: number) => admin`select pg_terminate_backend(${pid})`;

test('a reserved connection that has ended refuses what it is asked', { timeout: 20_000 }, async () => {
  const sql = connectSql(url, { connections: 1 });
  const reserved = await sql.reserve();
  await kill(await pidOf(reserved));
  await sleep(300);
  await expect(reserved`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  await sql.end({ timeout: 0 });
});

test('a transaction whose connection ends is refused, and the next one gets through', { timeout: 20_000 }, async () => {
  const sql = connectSql(url, { connections: 1, retrySeconds: 0.1 });
  const transaction = sql.begin(async (each) => {
    const pid = await pidOf(each);
    await kill(pid);
    await sleep(300);
    await each`select 1`;
  });
  await expect(transaction).rejects.toMatchObject({
    code: expect.stringMatching(/^(CONNECTION_CLOSED|57P01|ECONNRESET)$/),
  });
  expect(await sql.begin((each) => each`select 1 as one`)).toEqual([{ one: 1 }]);
  await sql.end();
});

test('a connection that breaks right after it was asked is written to again', { timeout: 20_000 }, async () => {
  const sockets: Socket[] = [];
  const { hostname, port } = new URL(url);
  const sql = postgres(url, {
    max: 1,
    backoff: () => 0,
    connect_timeout: 5,
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = new Socket().connect(Number(port), hostname);
        sockets.push(socket);
        socket.once('connect', () => resolve(socket)).once('error', reject);
      }),
  } as postgres.Options<Record<string, postgres.PostgresType>>);
  await sql`select 1`;
  const lost = sql`select 2`.execute();
  // Asked, and the writing put off to the end of this turn: the socket ends before.
  await Promise.resolve();
  sockets.at(-1)?.emit('close', false);
  await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  const started = performance.now();
  expect(await sql`select 3 as three`).toEqual([{ three: 3 }]);
  expect(performance.now() - started, 'without waiting for a connection that is never used').toBeLessThan(4_000);
  await sql.end({ timeout: 1 });
});
