/** One server process over one data folder: make the folder, start, stop. The caller holds the state folder's lock. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import { freePort } from './free-port.ts';
import { type ProgramResult, runProgram } from './postgres-programs.ts';
import { handOver, type ServerHome } from './server-home.ts';
import { serverSettings } from './server-settings.ts';

export const SERVER_USER = 'signalman';
const SERVER_VERSION = '18';
const PASSWORD_FILE = 'signalman.password';
const PROCESS_FILE = 'postmaster.pid';
/** One more than the largest process id of Linux can be. */
const NO_PROCESS = 2 ** 22 + 1;
const START_WAIT_SECONDS = 60;
const LOG_LIMIT_BYTES = 10_000_000;
const START_ATTEMPTS = 10;
const START_PAUSE_MS = 400;
const NOT_RUNNING = 3;
/** Who set a database up and was killed leaves initdb behind, which still writes for a while, until it misses its files. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };

/** Makes the data folder aside and renames it into place, so that a half-made one is never taken for a database. */
export async function ensureDataFolder(home: ServerHome, log: (line: string) => void): Promise<void> {
  const version = await readFile(join(home.dataFolder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() === SERVER_VERSION) return;
    throw new UnavailableError(
      `Expected the database in "${home.dataFolder}" to be of PostgreSQL ${SERVER_VERSION}, found "${version.trim()}"; ` +
        `start it with that version and move its data, or set DATABASE_URL.`,
    );
  }
  log(`making a database in ${home.dataFolder}`);
  await removeLeftovers(home.folder);
  const partial = join(home.folder, `data.new-${process.pid}`);
  const passwordFile = `${partial}.password`;
  await mkdir(partial, { mode: 0o700 });
  await handOver(partial, home.user);
  await writeAs(passwordFile, randomBytes(24).toString('base64url'), home);
  const flags = ['--auth=scram-sha-256', `--username=${SERVER_USER}`, `--pwfile=${passwordFile}`, '--encoding=UTF8'];
  const locale = ['--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'];
  const result = await run(home, 'initdb', ['-D', partial, ...flags, ...locale], 120);
  if (result.code !== 0) throw serverError(home, 'could not be set up', lastLine(result.output));
  await rename(passwordFile, join(partial, PASSWORD_FILE));
  await rename(partial, home.dataFolder);
}

export async function readPassword(home: ServerHome): Promise<string> {
  return (await readFile(join(home.dataFolder, PASSWORD_FILE), 'utf8')).trim();
}

export async function isServerRunning(home: ServerHome): Promise<boolean> {
  await forgetDeadProcess(home);
  const result = await run(home, 'pg_ctl', ['status', '-D', home.dataFolder], 10);
  if (result.code === 0 || result.code === NOT_RUNNING) return result.code === 0;
  throw serverError(home, 'does not say whether it runs', lastLine(result.output));
}

/** `known`: the port where it was before, for those who look for it there. */
export async function startServer(home: ServerHome, log: (line: string) => void, known?: number): Promise<void> {
  await prepareLog(home);
  for (let attempt = 1; ; attempt += 1) {
    const port = known ?? (await freePort());
    await writeAs(join(home.dataFolder, 'postgresql.conf'), serverSettings(port), home);
    const logStart = (await stat(home.logFile)).size;
    const flags = ['-D', home.dataFolder, '-l', home.logFile, '-w', '-t', String(START_WAIT_SECONDS)];
    const result = await run(home, 'pg_ctl', ['start', ...flags], START_WAIT_SECONDS + 10);
    if (result.code === 0) {
      log(`started PostgreSQL on 127.0.0.1:${port}, data in ${home.dataFolder}`);
      return;
    }
    const written = (await readFile(home.logFile)).subarray(logStart).toString('utf8');
    const isPortTaken = written.includes('Address already in use');
    // Processes of a killed server end by themselves.
    const isStillUsed = written.includes('pre-existing shared memory block');
    if (!(isPortTaken || isStillUsed) || attempt === START_ATTEMPTS)
      throw serverError(home, 'did not start', lastFatal(written));
    if (isStillUsed) await sleep(START_PAUSE_MS);
  }
}

/** Asks for a fast shutdown and waits a little; a server that needs longer goes on shutting down by itself. */
export async function stopServer(home: ServerHome, waitMs: number, log: (line: string) => void): Promise<void> {
  const result = await run(home, 'pg_ctl', ['stop', '-D', home.dataFolder, '-m', 'fast', '-w'], waitMs / 1_000);
  log(result.code === 0 ? 'stopped PostgreSQL' : `PostgreSQL is still stopping: ${lastLine(result.output)}`);
}

/** The running server's port, from its own note; undefined when there is none. */
export async function serverPort(home: ServerHome): Promise<number | undefined> {
  const port = Number((await readProcessFile(home))[3]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

export function serverError(home: ServerHome, what: string, why: string): UnavailableError {
  return new UnavailableError(
    `The embedded PostgreSQL ${what}: ${why} (log: "${home.logFile}"). Set DATABASE_URL to use a server of your own.`,
  );
}

/**
 * PostgreSQL takes any process for a running server that has the process id of a left-over note: after a reboot or in a
 * restarted container another program, or a killed server that its parent has not asked after; in a container that may
 * be never. Such a note gets an id that no process can have. The rest of it stays: by that a starting server finds out
 * whether processes of the old one still use the data.
 */
async function forgetDeadProcess(home: ServerHome): Promise<void> {
  const [pid = '', ...rest] = await readProcessFile(home);
  if (!/^[1-9]\d*$/.test(pid)) return;
  // Empty of a process that is dead and still listed.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined || command.includes('postgres')) return;
  await writeAs(join(home.dataFolder, PROCESS_FILE), [NO_PROCESS, ...rest].join('\n'), home);
}

async function readProcessFile(home: ServerHome): Promise<readonly string[]> {
  const text = await readFile(join(home.dataFolder, PROCESS_FILE), 'utf8').catch(() => '');
  return text.split('\n');
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('data.new-')) await rm(join(folder, name), REMOVAL);
  }
}

async function prepareLog(home: ServerHome): Promise<void> {
  const size = (await stat(home.logFile).catch(() => undefined))?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) await rename(home.logFile, `${home.logFile}.old`);
  const file = await open(home.logFile, 'a', 0o600);
  await file.close();
  await handOver(home.logFile, home.user);
}

/** Replaces a file as a whole, so that nothing is ever written through a link that the server's user may have laid. */
async function writeAs(path: string, content: string, home: ServerHome): Promise<void> {
  const partial = `${path}.new`;
  await rm(partial, { force: true });
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.writeFile(content);
    if (home.user) await file.chown(home.user.uid, home.user.gid);
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

function run(home: ServerHome, program: string, args: readonly string[], seconds: number): Promise<ProgramResult> {
  return runProgram(join(home.bin, program), args, {
    user: home.user,
    cwd: home.folder,
    timeoutMs: Math.ceil(seconds * 1_000),
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() || 'it gave no reason';
}

function lastFatal(text: string): string {
  const line = text.split('\n').findLast((each) => /FATAL|PANIC/.test(each));
  return line?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? lastLine(text);
}
