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

/** A connection at a time, through sockets that the test can reach. */
function connectThrough(sockets: Socket[], prepare: (socket: Socket) => void = () => {}): postgres.Sql {
  const { hostname, port } = new URL(url);
  return postgres(url, {
    max: 1,
    backoff: () => 0,
    connect_timeout: 5,
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = new Socket().connect(Number(port), hostname);
        sockets.push(socket);
        prepare(socket);
        socket.once('connect', () => resolve(socket)).once('error', reject);
      }),
  } as postgres.Options<Record<string, postgres.PostgresType>>);
}

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
  const sql = connectThrough(sockets);
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

test('a connection that breaks while the driver asks for array types is refused to who asked, and to nobody else', {
  timeout: 20_000,
}, async () => {
  const strays: unknown[] = [];
  const onStray = (error: unknown) => strays.push(error);
  process.on('unhandledRejection', onStray);
  const sockets: Socket[] = [];
  const sql = connectThrough(sockets, (socket) => {
    if (sockets.length > 1) return;
    const { write } = socket;
    socket.write = ((...args: Parameters<typeof write>) => {
      if (!String(args[0]).includes('typarray')) return write.apply(socket, args);
      socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
      return false;
    }) as typeof write;
  });
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'ECONNRESET' });
  await sleep(50);
  expect(await sql`select ${['a', 'b']}::text[] as texts`).toEqual([{ texts: ['a', 'b'] }]);
  await sql.end({ timeout: 1 });
  process.off('unhandledRejection', onStray);
  expect(strays).toEqual([]);
});
