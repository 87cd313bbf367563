/** `npm run chaos -- --runs N --seed S [--speed X] [--redis] [--json]`: exit 0 when every run was sound. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { readNumber, readWholeNumber } from '../../src/cli/options.ts';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import { type ChaosResult, runChaos } from './run-chaos.ts';

interface ChaosCommand {
  readonly runs: number;
  readonly seed: number;
  readonly speed: number;
  readonly redis?: boolean;
  readonly json?: boolean;
}

const values = readCommand();
const redisProgram = redisServerPath();
if (values.redis && redisProgram === undefined) refuse('--redis: expected redis-server on the PATH, found none');
const redis = values.redis && redisProgram !== undefined ? await startRedis(redisProgram) : undefined;

const results: ChaosResult[] = [];
for (let run = 0; run < values.runs; run += 1) {
  const seed = `${values.seed + run}`;
  const folder = mkdtempSync(join(tmpdir(), 'signalman-chaos-'));
  chmodSync(folder, 0o755);
  const lines: string[] = [];
  const result = await runChaos({
    seed,
    speed: values.speed,
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

function readCommand(): ChaosCommand {
  const command = new Command('chaos')
    .usage('[options]   (npm run chaos -- --runs 3)')
    .description(
      'Play the sample session against the simulator, with faults and kill -9 by seed, and hold the books against what truly happened at the broker. The same seed plans the same run. Exit code 0: every run was sound.',
    )
    .option('--runs <number>', 'how many sessions', readWholeNumber('--runs', 1), 1)
    .option('--seed <number>', 'of the first one; the next ones follow', readWholeNumber('--seed', 0), 1)
    .option('--speed <times>', 'play so many times as fast', readNumber('--speed', { above: 0 }), 400)
    .option('--redis', 'keep the queue in a Redis that is killed, too')
    .option('--json', 'print all results as one JSON document');
  try {
    return command
      .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
      .parse()
      .opts<ChaosCommand>();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}
