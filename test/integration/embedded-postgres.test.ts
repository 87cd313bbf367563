import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { pointedFolder } from '../../src/db/server-home.ts';
import { connectSql } from '../../src/db/sql.ts';
import { DatabaseProcess } from '../support/database-process.ts';
import { serverProcesses } from '../support/worker-process.ts';

/** On a busy machine a server takes its time to stop. */
const LEAVING = { timeout: 10_000 };
const IS_ROOT = process.getuid?.() === 0;

let stateFolder: string;
/** What of it is the server's. */
let serverFolder: string;
let processes: DatabaseProcess[];

async function makeFolder(): Promise<void> {
  stateFolder = await mkdtemp(join(tmpdir(), 'signalman-embedded-'));
  // Root's server is another user, who has to get in.
  await chmod(stateFolder, 0o755);
  serverFolder = join(stateFolder, 'postgres');
}

async function removeFolder(): Promise<void> {
  const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
  await rm(await pointedFolder(serverFolder), removal);
  await rm(stateFolder, removal);
}

beforeEach(() => {
  processes = [];
});
afterEach(async () => {
  for (const each of processes) await each.kill();
  const isLeftBehind = await isThereFor(LEAVING.timeout);
  if (isLeftBehind) await (await open()).close();
  expect(isLeftBehind, 'a server is left behind').toBe(false);
});

function open(): Promise<Database> {
  return openDatabase({ stateFolder, role: 'test' });
}

function startProcess(): DatabaseProcess {
  const started = new DatabaseProcess(stateFolder);
  processes.push(started);
  return started;
}

async function startTime(database: Database): Promise<string> {
  const [row] = await database.sql`select pg_postmaster_start_time()::text as started`;
  return String(row?.started);
}

async function dataFolder(): Promise<string> {
  return join(await pointedFolder(serverFolder), 'data');
}

/** The server takes processes of its own user only for a server. */
async function serverIdentity(): Promise<{ uid?: number; gid?: number }> {
  const { uid, gid } = await stat(await dataFolder());
  return IS_ROOT ? { uid, gid } : {};
}

async function serverPid(): Promise<number> {
  return Number((await readFile(join(await dataFolder(), 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** True when a server still runs after so long. */
async function isThereFor(waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const pid = await serverPid().catch(() => undefined);
    if (pid === undefined) return false;
    if (performance.now() > deadline) return true;
    await sleep(20);
  }
}

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe('the embedded server', () => {
  beforeAll(async () => {
    await makeFolder();
  });
  afterAll(() => removeFolder());

  test('is a PostgreSQL 18 on loopback that both drivers reach by one URL, in the schema, with durable commits', async () => {
    const database = await open();
    try {
      const { hostname } = new URL(database.url);
      expect(hostname).toBe('127.0.0.1');
      const settings = await database.sql<{ name: string; setting: string }[]>`
        select name, setting from pg_settings
        where name in ('listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'max_connections')`;
      expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        fsync: 'on',
        synchronous_commit: 'on',
        max_connections: '100',
      });
      const client = new pg.Client(database.url);
      await client.connect();
      const { rows } = await client.query(
        `select current_schema() as schema, current_setting('application_name') as name,
          current_setting('server_version_num')::int / 10000 as version`,
      );
      expect(rows).toEqual([{ schema: 'signalman', name: `signalman test ${process.pid}`, version: 18 }]);
      await client.end();
    } finally {
      await database.close();
    }
  });

  test('asks for its password, which only its owner can read', async () => {
    const database = await open();
    try {
      const url = new URL(database.url);
      const file = join(await dataFolder(), 'signalman.password');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(await dataFolder())).mode & 0o777).toBe(0o700);
      url.password = 'guess';
      const sql = connectSql(url.href, { connections: 1 });
      await expect(sql`select 1`).rejects.toThrow('password authentication failed');
      await sql.end();
    } finally {
      await database.close();
    }
  });

  test('serves every process and is stopped by the last to leave, in less than 3 seconds', async () => {
    const first = startProcess();
    const { url, started } = await first.ready();
    const second = startProcess();
    expect(await second.ready()).toMatchObject({ started });
    expect(await first.close()).toBeLessThan(3_000);
    expect(await isListening(url), 'still used by the second').toBe(true);
    expect(await second.close()).toBeLessThan(3_000);
    await expect.poll(() => isListening(url), LEAVING).toBe(false);
  });

  test('that a killed process left running is found, used and stopped', async () => {
    const killed = startProcess();
    const { url, started } = await killed.ready();
    await killed.kill();
    expect(await isListening(url), 'nobody stopped it').toBe(true);
    const database = await open();
    expect(await startTime(database)).toBe(started);
    await database.close();
    await expect.poll(() => isListening(url), LEAVING).toBe(false);
  });

  test('is there for those who come while the last one leaves', async () => {
    let database = await open();
    for (let round = 0; round < 5; round += 1) {
      const [, next] = await Promise.all([database.close(), open()]);
      expect(await startTime(next)).toBeTruthy();
      database = next;
    }
    await database.close();
    await expect.poll(() => isListening(database.url), LEAVING).toBe(false);
  });

  test('is shared by two holders in one process', async () => {
    const [first, second] = [await open(), await open()];
    await first.close();
    expect(await startTime(second)).toBeTruthy();
    await second.close();
    await expect.poll(() => isListening(second.url), LEAVING).toBe(false);
  });

  test('starts again with its data after it was killed itself', async () => {
    const before = await open();
    await before.sql`insert into settings values ('halt', 'true', 1)`;
    process.kill(await serverPid(), 'SIGKILL');
    await before.close();
    const after = await open();
    expect(await after.sql`select name, value from settings`).toEqual([{ name: 'halt', value: true }]);
    await after.close();
  });

  test('is started again where it was, and once, when it is killed under those who use it', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    try {
      const before = await startTime(one);
      for (const pid of serverProcesses(serverFolder)) process.kill(pid, 'SIGKILL');
      // The system lists what was killed until its parent has noticed, and their connections have to break off.
      const revived = async (): Promise<string> => {
        await Promise.all([one.revive(), other.revive()]);
        return startTime(one).catch(() => before);
      };
      await expect.poll(revived, { timeout: 10_000 }).not.toBe(before);
      const after = await startTime(one);
      await one.revive();
      await expect.poll(() => startTime(other).catch(() => before)).toBe(after);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  test('is started again when its killed process stays listed, as in a container where nobody asks after it', async () => {
    const database = await open();
    const before = await startTime(database);
    for (const pid of serverProcesses(serverFolder)) process.kill(pid, 'SIGKILL');
    // The first sleep ends, and the second one, its parent by then, never asks after it.
    const careless = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
      ...{ cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] },
      ...(await serverIdentity()),
    });
    try {
      const [said] = await once(careless.stdout, 'data');
      const dead = Number(String(said));
      await expect.poll(() => readFile(`/proc/${dead}/stat`, 'utf8'), LEAVING).toContain(' Z ');
      const note = join(await dataFolder(), 'postmaster.pid');
      const [, ...rest] = (await readFile(note, 'utf8')).split('\n');
      await writeFile(note, [dead, ...rest].join('\n'));
      await database.revive();
      await expect.poll(() => startTime(database).catch(() => before), LEAVING).not.toBe(before);
    } finally {
      careless.kill();
      await database.close();
    }
  });

  test('is not mistaken for another program that got its process id', async () => {
    await (await open()).close();
    const stranger = spawn('sleep', ['60'], { cwd: '/', ...(await serverIdentity()) });
    await once(stranger, 'spawn');
    try {
      const note = [stranger.pid, await dataFolder(), 1_763_700_000, 1, '', '127.0.0.1', '', 'ready   '].join('\n');
      await writeFile(join(await dataFolder(), 'postmaster.pid'), `${note}\n`);
      const database = await open();
      expect(await serverPid()).not.toBe(stranger.pid);
      await database.close();
    } finally {
      stranger.kill();
    }
  });
});

describe('the embedded server in an empty folder', () => {
  beforeEach(async () => {
    await makeFolder();
  });
  afterEach(() => removeFolder());

  test('is one, however many processes start at once in an empty folder', async () => {
    const starting = [startProcess(), startProcess(), startProcess()];
    const servers = await Promise.all(starting.map((each) => each.ready()));
    expect(new Set(servers.map(({ started }) => started)).size).toBe(1);
    expect(new Set(servers.map(({ url }) => new URL(url).port)).size).toBe(1);
    await Promise.all(starting.map((each) => each.close()));
    await expect.poll(() => isListening(servers[0]?.url ?? ''), LEAVING).toBe(false);
  });

  test('is set up again when setting it up was cut short', async () => {
    const isBegun = async () =>
      (await readdir(serverFolder).catch(() => [])).some((name) => name.startsWith('data.new-'));
    const isDone = async () => (await readdir(serverFolder)).includes('data');
    // On a busy machine it may be done before it is cut.
    for (let attempt = 1; attempt === 1 || ((await isDone()) && attempt <= 5); attempt += 1) {
      if (attempt > 1) await (await open()).close();
      if (attempt > 1) await removeFolder().then(makeFolder);
      const cut = startProcess();
      await expect.poll(isBegun, { interval: 5, timeout: 20_000 }).toBe(true);
      await cut.kill();
    }
    expect(await isDone()).toBe(false);
    const database = await open();
    expect(await startTime(database)).toBeTruthy();
    expect((await readdir(serverFolder)).filter((name) => name.startsWith('data.'))).toEqual([]);
    await database.close();
  });

  test('is set up while what an earlier start left behind is still being written', async () => {
    const leftover = join(serverFolder, 'data.new-1');
    await mkdir(leftover, { recursive: true });
    const script = 'for i in $(seq 5000000); do : > f$i && echo; done';
    const writer = spawn('timeout', ['1.5', 'sh', '-c', script], {
      cwd: leftover,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(writer.stdout, 'data');
    const written = once(writer.stdout.resume(), 'close');
    const database = await open();
    try {
      expect(await startTime(database)).toBeTruthy();
      expect((await readdir(serverFolder)).filter((name) => name.startsWith('data.'))).toEqual([]);
    } finally {
      await database.close();
      await written;
    }
  });

  test('of another version is refused, not overwritten', async () => {
    const folder = join(serverFolder, 'data');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'PG_VERSION'), '17\n');
    await expect(open()).rejects.toThrow(/Expected the database in ".*" to be of PostgreSQL 18, found "17"/);
    await rm(folder, { recursive: true });
  });

  test.skipIf(!IS_ROOT)('of a project that the server may not enter lives where it may (needs root)', async () => {
    await chmod(stateFolder, 0o700);
    const database = await open();
    try {
      const folder = await pointedFolder(serverFolder);
      expect(folder).toMatch(/^\/var\/lib\/signalman\/[0-9a-f]{12}$/);
      expect(await readdir(serverFolder)).toEqual(['location', 'lock']);
      expect((await stat(join(folder, 'data'))).uid).not.toBe(0);
    } finally {
      await database.close();
    }
  });
});
