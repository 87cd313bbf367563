/** `npm run chaos -- --runs N --seed S [--speed X] [--redis] [--json]`: exit 0 when every run was sound. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import { type ChaosResult, runChaos } from './run-chaos.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    speed: { type: 'string', default: '400' },
    redis: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run chaos -- [--runs N] [--seed S] [--speed X] [--redis] [--json]\n\nPlays the sample session N times against the simulator, fast as X, with faults and kill -9 by seed,\nand holds the books against what truly happened at the broker. The same seed plans the same run. --redis keeps the queue in a Redis that is killed too.\n',
  );
  process.exit(0);
}

const redisProgram = redisServerPath();
if (values.redis && redisProgram === undefined) {
  process.stderr.write('--redis: expected redis-server on the PATH, found none\n');
  process.exit(2);
}
const redis = values.redis && redisProgram !== undefined ? await startRedis(redisProgram) : undefined;

const results: ChaosResult[] = [];
for (let run = 0; run < Number(values.runs); run += 1) {
  const seed = `${Number(values.seed) + run}`;
  const folder = mkdtempSync(join(tmpdir(), 'signalman-chaos-'));
  chmodSync(folder, 0o755);
  const lines: string[] = [];
  const result = await runChaos({
    seed,
    speed: Number(values.speed),
    folder,
    log: (line) => lines.push(line),
    ...(redis ? { redis } : {}),
  });
  results.push(result);
  const { isSound, starts, kills, orders, fills, differences, wallMs } = result;
  process.stderr.write(
    `run ${seed}: ${isSound ? 'sound' : 'NOT sound'}, ${kills} kills, ${starts} starts, ${orders} orders, ${fills} fills, ${(wallMs / 1_000).toFixed(0)} s\n`,
  );
  for (const difference of differences) process.stderr.write(`  ${difference}\n`);
  if (!isSound) {
    const path = join(tmpdir(), `signalman-chaos-${seed}.log`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    process.stderr.write(`  what the worker said: ${path}\n`);
  }
  rmSync(folder, { recursive: true, force: true });
}
await redis?.kill();
const sum = (of: (result: ChaosResult) => number): number => results.reduce((total, result) => total + of(result), 0);
const totals = {
  runs: results.length,
  sound: results.filter(({ isSound }) => isSound).length,
  kills: sum(({ kills }) => kills),
  starts: sum(({ starts }) => starts),
  orders: sum(({ orders }) => orders),
  fills: sum(({ fills }) => fills),
};
process.stdout.write(values.json ? `${JSON.stringify({ totals, results }, null, 2)}\n` : `${JSON.stringify(totals)}\n`);
process.exitCode = totals.sound === totals.runs ? 0 : 1;
