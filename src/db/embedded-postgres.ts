/**
 * A real PostgreSQL 18 of our own, used when no DATABASE_URL is set. It is a server like any other: it outlives the
 * process that started it, serves every process of the project, and is stopped by the last one to leave.
 *
 * Entry point: `openEmbeddedPostgres`. Invariants:
 * - never two servers on one data folder, and starting and stopping never race: both are decided under one file lock,
 *   and a starter holds its presence connection before it lets the lock go;
 * - a data folder exists whole or not at all;
 * - it listens on 127.0.0.1 only, and asks for a random password that lies inside the data folder with mode 600.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { UnavailableError } from '../core/errors.ts';
import { leavingName, presenceName, processOf } from './application-name.ts';
import { type FileLock, lockFile } from './file-lock.ts';
import {
  ensureDataFolder,
  isServerRunning,
  readPassword,
  SERVER_USER,
  serverError,
  serverPort,
  startServer,
  stopServer,
} from './postgres-server.ts';
import { type ServerHome, settleServerHome } from './server-home.ts';

const LOCK_WAIT_MS = 120_000;
const PATIENCE_MS = 1_000;
const LEAVE_LOCK_WAIT_MS = 700;
/** All of leaving, so that a process that closes ends soon. */
const LEAVE_MS = 2_200;
const CONNECT_WAIT_MS = 60_000;
const ANSWER_MS = 1_000;
/** How long a closed or killed connection may still be listed by the server. */
const FAREWELL_MS = 400;
/** How many of this process use the server of a data folder. */
const holders = new Map<string, number>();
/** The server is starting up, shutting down or recovering. */
const NOT_YET = new Set(['57P03', '57P01', 'ECONNREFUSED', 'ECONNRESET', 'CONNECTION_CLOSED', 'CONNECTION_ENDED']);

export interface EmbeddedOptions {
  readonly stateFolder: string;
  /** Who asks, for the server's list of connections. */
  readonly role: string;
  readonly log: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Server, user and database; nothing of who connects. */
  readonly url: string;
  /** Starts the server again where it was, when it is gone; leaves one alone that runs, or hangs. */
  revive(): Promise<void>;
  /** Stops the server when nobody else uses it. Close every other connection of the caller first. */
  release(): Promise<void>;
}

export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { stateFolder, role, log } = options;
  const lock = await lockState(stateFolder, log);
  try {
    const home = await settleServerHome(stateFolder);
    await ensureDataFolder(home, log);
    const { url, presence } = await connectPresence(home, role, log);
    count(home, 1);
    return {
      url,
      revive: () => revive(home, stateFolder, new URL(url).port, presence, log),
      release: () => leave(home, stateFolder, presence, log),
    };
  } finally {
    lock.release();
  }
}

async function lockState(stateFolder: string, log: (line: string) => void): Promise<FileLock> {
  const path = join(stateFolder, 'lock');
  try {
    await mkdir(stateFolder, { recursive: true });
    const soon = await lockFile(path, PATIENCE_MS);
    if (soon) return soon;
    log('waiting for another process that is starting or stopping PostgreSQL');
    const later = await lockFile(path, LOCK_WAIT_MS);
    if (later) return later;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError(`Could not lock "${path}": ${why}; make the folder writable or set DATABASE_URL.`, {
      cause,
    });
  }
  throw new UnavailableError(`Another process has held "${path}" for ${LOCK_WAIT_MS / 1_000} s; end it and try again.`);
}

/** Finds the server or starts it, and opens the connection that says "in use". */
async function connectPresence(
  home: ServerHome,
  role: string,
  log: (line: string) => void,
): Promise<{ url: string; presence: postgres.Sql }> {
  const password = await readPassword(home);
  const deadline = performance.now() + CONNECT_WAIT_MS;
  for (;;) {
    if (!(await isServerRunning(home))) await startServer(home, log);
    const url = `postgres://${SERVER_USER}:${password}@127.0.0.1:${(await serverPort(home)) ?? 0}/postgres`;
    const name = presenceName(role);
    const presence = postgres(url, {
      max: 1,
      max_lifetime: null,
      connect_timeout: 10,
      connection: { application_name: name },
    });
    try {
      await presence`select 1`;
      return { url, presence };
    } catch (error) {
      await presence.end({ timeout: 0 });
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const why = error instanceof Error ? error.message : String(error);
      if (!NOT_YET.has(code) || performance.now() > deadline) throw serverError(home, 'can not be reached', why);
      await sleep(100);
    }
  }
}

async function revive(
  home: ServerHome,
  stateFolder: string,
  port: string,
  presence: postgres.Sql,
  log: (line: string) => void,
): Promise<void> {
  const lock = await lockState(stateFolder, log);
  try {
    if (await isServerRunning(home)) return;
    await startServer(home, log, Number(port));
    await presence`select 1`;
  } finally {
    lock.release();
  }
}

async function leave(
  home: ServerHome,
  stateFolder: string,
  presence: postgres.Sql,
  log: (line: string) => void,
): Promise<void> {
  const deadline = performance.now() + LEAVE_MS;
  count(home, -1);
  // Said before the lock is asked for: of those who leave at once, the last to look has to know the others are going.
  const said = await answerOf(presence`select set_config('application_name', ${leavingName()}, false)`);
  // Whoever keeps the lock longer than that is starting up, and then the server must stay.
  const lock = await lockFile(join(stateFolder, 'lock'), LEAVE_LOCK_WAIT_MS).catch(() => undefined);
  try {
    // A server that does not answer is not stopped: nobody knows who else needs it.
    const isSure = said !== undefined && lock !== undefined && !holders.has(home.dataFolder);
    const isLast = isSure && (await answerOf(isUsedByOthers(presence))) === false;
    await presence.end({ timeout: 0.2 });
    if (isLast) await stopServer(home, deadline - performance.now(), log);
  } finally {
    lock?.release();
  }
}

/** Undefined when it fails or does not come soon. */
async function answerOf<T>(answer: PromiseLike<T>): Promise<T | undefined> {
  const answered = new AbortController();
  try {
    return await Promise.race([answer, sleep(ANSWER_MS, undefined, { signal: answered.signal })]);
  } catch {
    return undefined;
  } finally {
    answered.abort();
  }
}

/** Whether processes of ours are connected other than this one, whose holders count themselves. */
async function isUsedByOthers(presence: postgres.Sql): Promise<boolean> {
  const deadline = performance.now() + FAREWELL_MS;
  for (;;) {
    const rows = await presence<{ name: string }[]>`
      select application_name as name from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    const others = rows.map(({ name }) => processOf(name)).filter((pid) => pid !== undefined && pid !== process.pid);
    if (others.length === 0) return false;
    if (performance.now() > deadline) return true;
    await sleep(40);
  }
}

function count(home: ServerHome, change: number): void {
  const here = (holders.get(home.dataFolder) ?? 0) + change;
  if (here > 0) holders.set(home.dataFolder, here);
  else holders.delete(home.dataFolder);
}
