/**
 * Where the embedded server's data and programs live and who runs it.
 * PostgreSQL refuses to run as root. As root it runs as an unprivileged user, who cannot enter a project inside a home of
 * mode 700; data and programs then go to a system folder, and the project keeps a pointer file. Data that exists stays
 * where it is and with its owner.
 */
import { chmod, chown, cp, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UnavailableError } from '../core/errors.ts';
import { hashHex } from '../core/hash.ts';
import { findPostgresPackage, type PostgresPackage, runProgram, type SystemUser } from './postgres-programs.ts';

const SYSTEM_FOLDER = '/var/lib/signalman';
const POINTER_FILE = 'location';
const SYSTEM_USERS = ['postgres', 'signalman'];

export interface ServerHome {
  /** Holds the data folder and the log; the server's user can enter it. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly logFile: string;
  /** The folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly bin: string;
  /** Who runs the server; undefined for the user of this process. */
  readonly user: SystemUser | undefined;
}

/** Call it under the state folder's lock. */
export async function settleServerHome(stateFolder: string): Promise<ServerHome> {
  const found = await findPostgresPackage();
  const folder = await pointedFolder(stateFolder);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) {
    await refuseForeignData(folder);
    return homeAt(folder, found.folder, undefined);
  }
  const user = (await ownerOf(join(folder, 'data'))) ?? (await unprivilegedUser());
  const home = folder !== stateFolder || (await canEnter(folder, user)) ? folder : await moveOut(stateFolder);
  const programs = (await canEnter(found.folder, user)) ? found.folder : await copyPrograms(found);
  return homeAt(home, programs, user);
}

/** The folder of the server's data: the state folder, or the one its pointer file names. */
export async function pointedFolder(stateFolder: string): Promise<string> {
  const text = await readFile(join(stateFolder, POINTER_FILE), 'utf8').catch(() => undefined);
  return text?.trim() || stateFolder;
}

function homeAt(folder: string, programs: string, user: SystemUser | undefined): ServerHome {
  const [dataFolder, logFile, bin] = [join(folder, 'data'), join(folder, 'server.log'), join(programs, 'bin')];
  return { folder, dataFolder, logFile, bin, user };
}

async function moveOut(stateFolder: string): Promise<string> {
  const folder = join(SYSTEM_FOLDER, hashHex(await realpath(stateFolder)).slice(0, 12));
  await makeOpenFolder(SYSTEM_FOLDER);
  await makeOpenFolder(folder);
  await writeFile(join(stateFolder, POINTER_FILE), `${folder}\n`);
  return folder;
}

/** One copy per version, owned by root, shared by every project on the machine. */
async function copyPrograms(source: PostgresPackage): Promise<string> {
  const target = join(SYSTEM_FOLDER, `bin-${source.version}`);
  if (await exists(target)) return target;
  await makeOpenFolder(SYSTEM_FOLDER);
  const partial = `${target}.new-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await cp(source.folder, partial, { recursive: true, verbatimSymlinks: true });
  await openToAll(partial);
  try {
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
  return target;
}

/** The source may have been installed under a strict umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

async function makeOpenFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
  } catch (cause) {
    throw new UnavailableError(`Could not make "${path}" for the embedded PostgreSQL; set DATABASE_URL instead.`, {
      cause,
    });
  }
}

async function refuseForeignData(folder: string): Promise<void> {
  const owner = (await stat(join(folder, 'data')).catch(() => undefined))?.uid;
  if (owner === undefined || process.getuid === undefined || owner === process.getuid()) return;
  throw new UnavailableError(
    `The database in "${folder}" belongs to another user (uid ${owner}); run as that user or as root, or set DATABASE_URL.`,
  );
}

async function ownerOf(path: string): Promise<SystemUser | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || info.uid === 0) return undefined;
  return { name: `uid ${info.uid}`, uid: info.uid, gid: info.gid };
}

async function unprivilegedUser(): Promise<SystemUser> {
  for (const name of SYSTEM_USERS) {
    const user = await lookUpUser(name);
    if (user) return user;
  }
  await createSystemUser('signalman');
  const user = (await lookUpUser('signalman')) ?? (await lookUpUser('nobody'));
  if (user) return user;
  throw new UnavailableError('PostgreSQL refuses to run as root and no other user was found; set DATABASE_URL.');
}

async function lookUpUser(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([runAsRoot('id', ['-u', name]), runAsRoot('id', ['-g', name])]);
  return uid?.code === 0 && gid?.code === 0 ? { name, uid: Number(uid.output), gid: Number(gid.output) } : undefined;
}

async function createSystemUser(name: string): Promise<void> {
  const made = await runAsRoot('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  if (made?.code !== 0) await runAsRoot('adduser', ['-S', '-D', '-H', name]);
}

/** Undefined when the machine has no such program. */
async function runAsRoot(
  path: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string } | undefined> {
  return runProgram(path, args, { user: undefined, cwd: '/', timeoutMs: 10_000 }).catch(() => undefined);
}

/** True when the user may pass every folder down to `path`, by the mode bits. */
async function canEnter(path: string, user: SystemUser): Promise<boolean> {
  for (let at = await realpath(path); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Hands a path to the server's user. */
export async function handOver(path: string, user: SystemUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}
