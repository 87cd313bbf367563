/**
 * Adds the packages of other platforms to package-lock.json. `npm install` leaves out what the registry in use does not
 * carry, and `npm ci` then refuses the lock file, on every platform. Their versions are exact, so an entry needs no download.
 * Run after `npm install`; `--check` changes nothing and fails when something is missing.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OS = {
  win32: 'win32',
  windows: 'win32',
  darwin: 'darwin',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  aix: 'aix',
};
const CPU = ['x64', 'arm64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];
const LIBC = { musl: 'musl', gnu: 'glibc', musleabihf: 'musl', gnueabihf: 'glibc' };

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
const missing = [];
for (const [where, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (find(where, name) === undefined) missing.push({ name, version, isDev: entry.dev === true });
  }
}

if (missing.length === 0) {
  process.stderr.write('package-lock.json names every platform.\n');
} else if (process.argv.includes('--check')) {
  const names = missing.map(({ name }) => name).join(', ');
  process.stderr.write(`package-lock.json lacks ${names}: run node scripts/complete-lock.mjs\n`);
  process.exitCode = 1;
} else {
  for (const { name, version, isDev } of missing) lock.packages[`node_modules/${name}`] = entryOf(name, version, isDev);
  const [root, ...others] = Object.entries(lock.packages);
  others.sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries([root, ...others]);
  fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stderr.write(`Added ${missing.length} packages of other platforms to package-lock.json.\n`);
}

/** As Node resolves: the nearest node_modules first. */
function find(where, name) {
  for (let folder = where; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined || folder === '') return found;
  }
}

function entryOf(name, version, isDev) {
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`expected an exact version of "${name}", found "${version}"`);
  const words = name.split('/').at(-1).split('-');
  const os = words.map((word) => OS[word]).find((known) => known !== undefined);
  const cpu = words.find((word) => CPU.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`expected a platform in the name "${name}", found none`);
  const libc = words.map((word) => LIBC[word]).find((known) => known !== undefined);
  return {
    version,
    cpu: [cpu],
    ...(isDev ? { dev: true } : {}),
    ...(os === 'linux' && libc !== undefined ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
  };
}
