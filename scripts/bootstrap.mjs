/**
 * Installs the packages when they are missing or differ from the lock file, so that `npm start` works straight after
 * `git clone`. Runs before every script, on the host's own Node (20 or later), therefore plain JavaScript with no package.
 *
 * Invariants: prints to stderr only, nothing when all is well; one install at a time per folder; an interrupted install
 * is done again; a failure is one line that says what to do, with exit code 1.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InstallLock } from './install-lock.mjs';

const OLDEST_HOST_NODE = 20;
const RUNTIME_NODE = 24;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const runtime = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

const hostMajor = Number(process.versions.node.split('.')[0]);
if (hostMajor < OLDEST_HOST_NODE) {
  fail(
    `Node ${OLDEST_HOST_NODE} or later is needed, found ${process.versions.node}: install it from https://nodejs.org`,
  );
}

const lock = new InstallLock(root);
if (lock.isHeld() || !isInstalled() || runtimeFault() !== undefined) {
  try {
    await lock.acquire(() => say('Another process is installing the packages; waiting for it…'));
  } catch (error) {
    if (!/^(EACCES|EPERM|EROFS)$/.test(error.code)) throw error;
    fail(notWritable());
  }
  try {
    if (!isInstalled() || runtimeFault() !== undefined) await install();
  } finally {
    lock.release();
  }
  const fault = isInstalled() ? runtimeFault() : 'the packages are still incomplete';
  if (fault !== undefined) {
    fail(`Node ${RUNTIME_NODE} from the npm package "node" does not run (${fault}): delete node_modules and try again`);
  }
}

await import('./mend-driver.mjs');

if (process.env.npm_lifecycle_event !== undefined) {
  const first = firstOnPath('node');
  if (first !== undefined && fs.realpathSync(first) !== fs.realpathSync(runtime)) {
    fail(
      `Inside npm scripts "node" is ${first} instead of the installed Node ${RUNTIME_NODE}: run it through npm, with its own PATH`,
    );
  }
}

/** Every package of the lock file that belongs on this platform is installed in that version. */
function isInstalled() {
  const wanted = readJson(path.join(root, 'package-lock.json'));
  if (wanted === undefined) fail(`package-lock.json is missing or unreadable in ${root}: restore it from git`);
  // npm writes this file last, after all install scripts: an interrupted install has none.
  const present = readJson(path.join(root, 'node_modules', '.package-lock.json'));
  if (present === undefined) return false;
  return Object.entries(wanted.packages).every(([name, entry]) => {
    if (name === '') return true;
    const found = present.packages[name];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Why `node` inside npm scripts is not the pinned one; undefined when it is. */
function runtimeFault() {
  let isRunningOnIt = false;
  try {
    isRunningOnIt = fs.realpathSync(runtime) === fs.realpathSync(process.execPath);
  } catch {
    return `${path.relative(root, runtime)} is missing`;
  }
  if (isRunningOnIt && hostMajor === RUNTIME_NODE) return undefined;
  const answer = spawnSync(runtime, ['--version'], { encoding: 'utf8' });
  if (answer.status !== 0)
    return answer.error?.message ?? (answer.stderr.trim().split('\n')[0] || `exit ${answer.status}`);
  const version = answer.stdout.trim();
  return version.startsWith(`v${RUNTIME_NODE}.`) ? undefined : `found ${version}`;
}

async function install() {
  say('Installing packages (first run, about a minute)…');
  const [command, args] = npmCommand();
  const child = spawn(
    command,
    [
      ...args,
      'ci',
      '--loglevel=error',
      '--ignore-scripts=false',
      '--include=dev',
      '--include=optional',
      '--prefer-offline',
      '--fetch-retries=3',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=5000',
    ],
    { cwd: root, env: hostEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  lock.keep(child.pid);
  const stop = (signal) => {
    child.kill(signal);
    lock.release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let output = '';
  const collect = (chunk) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  process.removeListener('SIGINT', stop);
  process.removeListener('SIGTERM', stop);
  if (code !== 0) failInstall(code, output);
}

function failInstall(code, shown) {
  lock.release();
  const output = shown + npmLog(shown);
  if (
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/.test(
      output,
    )
  ) {
    fail(
      'Packages could not be downloaded, the npm registry cannot be reached: check the network (or npm proxy) and try again',
    );
  }
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output)) {
    fail(notWritable());
  }
  if (/\bENOSPC\b/.test(output))
    fail('Packages could not be installed, the disk is full: free about 1 GB and try again');
  if (/\bENOENT\b/.test(output) && /spawn npm/.test(output))
    fail('npm was not found on the PATH: install Node with npm');
  const folder = path.join(root, '.signalman');
  const log = path.join(folder, 'install.log');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(log, output);
  const reason =
    output.split('\n').find((line) => /npm (error|ERR!) (?!code)/.test(line)) ?? `npm ci ended with ${code}`;
  fail(
    `Packages could not be installed, ${reason.replace(/^npm (error|ERR!) /, '').trim()}: see ${path.relative(root, log)}`,
  );
}

/** npm 10 can end on a network error without naming it, but its log does. */
function npmLog(output) {
  const file = /complete log of this run can be found in:\s*(\S+\.log)/.exec(output)?.[1];
  try {
    return file === undefined ? '' : `\n${fs.readFileSync(file, 'utf8').slice(-20_000)}`;
  } catch {
    return '';
  }
}

function notWritable() {
  return `Packages could not be installed, ${root} is not writable for user "${os.userInfo().username}": change its owner or clone it again`;
}

/** npm beside the host's node: the pinned one lives in the folder that `npm ci` empties. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return [hostNode(), [script]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
}

function hostNode() {
  if (!process.execPath.startsWith(path.join(root, 'node_modules') + path.sep)) return process.execPath;
  return firstOnPath('node', hostPath()) ?? 'node';
}

function firstOnPath(program, folders = process.env.PATH ?? '') {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  return folders
    .split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

function hostPath() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder)).join(path.delimiter);
}

/** Without what the outer `npm run` exported: its settings would override the flags above and the project's `.npmrc`. */
function hostEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|config_loglevel)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: hostPath(), NODE_ENV: 'development' };
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
