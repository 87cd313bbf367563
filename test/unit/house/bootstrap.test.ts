import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from './tree.ts';

/** Stands in for `npm ci`: empties node_modules, takes its time, writes what the lock file lists, its own record last. */
const NPM = `
import fs from 'node:fs';
fs.appendFileSync('calls.log', JSON.stringify({ args: process.argv.slice(2), path: process.env.PATH }) + '\\n');
fs.rmSync('node_modules', { recursive: true, force: true });
console.log('added 1 package');
const { failure, slowMs } = JSON.parse(fs.readFileSync('npm-behaviour.json', 'utf8'));
if (failure) { console.error(failure); process.exit(1); }
fs.mkdirSync('node_modules/.bin', { recursive: true });
await new Promise((resolve) => setTimeout(resolve, slowMs));
fs.writeFileSync('node_modules/.bin/node', '#!/bin/sh\\necho v24.21.0\\n', { mode: 0o755 });
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;
const FIRST_RUN = 'Installing packages (first run, about a minute)…\n';
const WAITING = 'Another process is installing the packages; waiting for it…\n';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let root = '';
const inRoot = (name: string): string => join(root, name);
const lockFile = (version: string): void =>
  writeFileSync(
    inRoot('package-lock.json'),
    JSON.stringify({ packages: { '': {}, 'node_modules/zod': { version, integrity: version } } }),
  );
const behave = (behaviour: { failure?: string; slowMs?: number }): void =>
  writeFileSync(inRoot('npm-behaviour.json'), JSON.stringify({ slowMs: 0, ...behaviour }));
const installs = (): number =>
  existsSync(inRoot('calls.log')) ? readFileSync(inRoot('calls.log'), 'utf8').trim().split('\n').length : 0;

const start = (variables: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [inRoot('scripts/bootstrap.mjs')], {
    env: {
      PATH: `${inRoot('node_modules/.bin')}:${process.env.PATH ?? ''}`,
      npm_execpath: inRoot('npm-cli.js'),
      ...variables,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  return { child, ended: new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr }))) };
};
const bootstrap = (): Promise<Ended> => start().ended;
const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signalman-bootstrap-'));
  mkdirSync(inRoot('scripts'));
  for (const name of ['bootstrap.mjs', 'install-lock.mjs', 'mend-driver.mjs'])
    cpSync(join(ROOT, 'scripts', name), inRoot(`scripts/${name}`));
  writeFileSync(inRoot('npm-cli.js'), NPM);
  writeFileSync(inRoot('package.json'), '{"type":"module"}');
  lockFile('1.0.0');
  behave({});
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('bootstrap', () => {
  it('installs on the first run, with one line on stderr and nothing on stdout', async () => {
    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: FIRST_RUN });
    expect(existsSync(inRoot('.bootstrap-lock')), 'the lock is gone').toBe(false);
  });

  it('says and does nothing when everything is installed', async () => {
    await bootstrap();
    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(installs()).toBe(1);
  });

  it('installs again when the lock file names another version', async () => {
    await bootstrap();
    lockFile('1.1.0');
    expect((await bootstrap()).stderr).toBe(FIRST_RUN);
    expect((await bootstrap()).stderr).toBe('');
  });

  it('does not install again because a file is younger', async () => {
    await bootstrap();
    const later = new Date(Date.now() + 60_000);
    utimesSync(inRoot('package-lock.json'), later, later);
    expect((await bootstrap()).stderr).toBe('');
  });

  it('does not miss a package of another platform', async () => {
    await bootstrap();
    const packages = {
      '': {},
      'node_modules/zod': { version: '1.0.0', integrity: '1.0.0' },
      'node_modules/mac': { version: '1', optional: true },
    };
    writeFileSync(inRoot('package-lock.json'), JSON.stringify({ packages }));
    expect((await bootstrap()).stderr).toBe('');
  });

  it('installs once when started twice at the same moment', async () => {
    behave({ slowMs: 500 });
    const both = await Promise.all([bootstrap(), bootstrap()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ stderr }) => stderr).toSorted()).toEqual([WAITING, FIRST_RUN]);
    expect(installs()).toBe(1);
  });

  it('does an interrupted install again', async () => {
    behave({ slowMs: 60_000 });
    const { child, ended } = start();
    await until(() => existsSync(inRoot('node_modules/.bin')));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    behave({});
    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: FIRST_RUN });
  });

  it('takes over the lock of a process that was killed', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => dead.once('close', done));
    writeFileSync(
      inRoot('.bootstrap-lock'),
      JSON.stringify({ host: hostname(), pid: dead.pid, npmPid: dead.pid, token: 'x' }),
    );
    expect(await bootstrap()).toEqual({ code: 0, stdout: '', stderr: FIRST_RUN });
  });

  it('installs again when node is missing from the packages', async () => {
    await bootstrap();
    rmSync(inRoot('node_modules/.bin/node'));
    expect((await bootstrap()).stderr).toBe(FIRST_RUN);
  });

  it('says in one line that the pinned Node does not run', async () => {
    writeFileSync(inRoot('npm-cli.js'), NPM.replace('v24.21.0', 'v18.0.0'));
    const { code, stderr } = await bootstrap();
    expect(code).toBe(1);
    expect(stderr.slice(FIRST_RUN.length)).toBe(
      'Node 24 from the npm package "node" does not run (found v18.0.0): delete node_modules and try again\n',
    );
  });

  it.each([
    [
      'npm error code ENOTFOUND\nnpm error network request failed',
      'Packages could not be downloaded, the npm registry cannot be reached: ',
    ],
    ['npm error code EACCES\nnpm error syscall mkdir', 'Packages could not be installed, '],
    ['npm error code ENOSPC', 'Packages could not be installed, the disk is full: '],
    [
      'npm error code EINTEGRITY\nnpm error sha512 checksum failed',
      'Packages could not be installed, sha512 checksum failed: see .signalman/install.log',
    ],
  ])('says in one line what to do about %j', async (failure, line) => {
    behave({ failure });
    const { code, stdout, stderr } = await bootstrap();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.startsWith(FIRST_RUN + line), stderr).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(existsSync(inRoot('.bootstrap-lock'))).toBe(false);
  });

  it('runs npm outside the folder that it empties', async () => {
    await bootstrap();
    const call: { args: string[]; path: string } = JSON.parse(readFileSync(inRoot('calls.log'), 'utf8'));
    expect(call.args[0]).toBe('ci');
    expect(call.args).toContain('--loglevel=error');
    expect(call.path).not.toContain(inRoot('node_modules/.bin'));
  });

  it('says in one line that another Node comes first in the scripts', async () => {
    await bootstrap();
    const other = inRoot('other');
    mkdirSync(other);
    writeFileSync(join(other, 'node'), '#!/bin/sh\n', { mode: 0o755 });
    const variables = { npm_lifecycle_event: 'start' };
    expect(await start(variables).ended).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stderr } = await start({ ...variables, PATH: `${other}:${process.env.PATH ?? ''}` }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Inside npm scripts "node" is .*other\/node instead of the installed Node 24: .*\n$/);
  });

  it('refuses a Node that is too old, in one line', async () => {
    const source = readFileSync(inRoot('scripts/bootstrap.mjs'), 'utf8');
    writeFileSync(inRoot('scripts/bootstrap.mjs'), source.replace('process.versions.node.split', "'18.19.0'.split"));
    chmodSync(inRoot('scripts/bootstrap.mjs'), 0o644);
    const { code, stderr } = await bootstrap();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Node 20 or later is needed, found .*: install it from https:\/\/nodejs\.org\n$/);
  });
});
