/**
 * `npm run check`: lint and format, types, import map, dead code. Runs them all, prints what each found and ends with a
 * line per check. Exit code 1 when one failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKS = [
  { name: 'lint and format', command: 'biome', args: ['check', '--error-on-warnings', '.'], repair: 'npm run format' },
  { name: 'types', command: 'tsc', args: ['--noEmit', '--pretty', 'false'] },
  { name: 'import map', command: 'node', args: ['scripts/check-imports.mjs'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
  { name: 'lock file', command: 'node', args: ['scripts/complete-lock.mjs', '--check'] },
];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const env = {
  ...process.env,
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
};
const results = [];
for (const check of CHECKS) {
  const { name, command, args, repair } = check;
  const startedAt = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  results.push({ name, isGood: code === 0 });
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(16)} ${seconds.padStart(5)} s\n`);
  if (code !== 0)
    process.stdout.write(
      `${output.trimEnd()}\n${repair === undefined ? '' : `Most of it is repaired by: ${repair}\n`}\n`,
    );
}
const failed = results.filter(({ isGood }) => !isGood);
process.stdout.write(
  failed.length === 0
    ? `All ${results.length} checks passed.\n`
    : `${failed.length} of ${results.length} checks failed: ${failed.map(({ name }) => name).join(', ')}.\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
