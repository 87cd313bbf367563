/** Many runs, one or several at a time, each in a folder of its own. Entry point: `runCampaign`. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import type { ChaosBroker } from './chaos-broker.ts';
import { buildStage, type Stage } from './chaos-stage.ts';
import { type ChaosResult, runChaos } from './run-chaos.ts';

export interface CampaignOptions {
  readonly broker: ChaosBroker;
  readonly runs: number;
  readonly seed: number;
  readonly speed: number;
  readonly minutes: number;
  readonly jobs: number;
  readonly backend: 'postgres' | 'redis' | 'both';
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

export interface CampaignReport {
  readonly totals: {
    readonly runs: number;
    readonly sound: number;
    readonly kills: number;
    readonly starts: number;
    readonly commands: number;
    readonly faults: Readonly<Record<string, number>>;
    readonly orders: number;
    readonly ordersByStatus: Readonly<Record<string, number>>;
    readonly fills: number;
    readonly unknownAlerted: number;
    readonly cutOff: number;
    readonly unsound: readonly string[];
    readonly wallMs: number;
  };
  readonly results: readonly ChaosResult[];
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { runs, seed, jobs, speed, minutes, say } = options;
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'signalman-chaos-'));
  chmodSync(folder, 0o755);
  const results: ChaosResult[] = [];
  let isKept = false;
  try {
    const stage = await buildStage(folder, minutes, speed);
    let next = 0;
    const job = async (): Promise<void> => {
      while (next < runs) {
        const run = next;
        next += 1;
        const result = await oneRun(options, stage, folder, `${seed + run}`);
        results.push(result);
        isKept ||= options.keep && !result.isSound;
        tell(result, { ...options, done: results.length });
      }
    };
    await Promise.all(Array.from({ length: jobs }, job));
  } finally {
    if (isKept) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
  const report = totalsOf(results, Math.round(performance.now() - startedAt));
  for (const { seed: unsound, backend } of results.filter(({ isSound }) => !isSound)) {
    say(`again: ${commandOf(unsound, backend, options)}`);
  }
  return report;
}

function backendOf(backend: CampaignOptions['backend'], seed: string): 'postgres' | 'redis' {
  if (backend !== 'both') return backend;
  return Number(seed) % 2 === 0 ? 'redis' : 'postgres';
}

async function oneRun(
  { broker, speed, backend, keep, say }: CampaignOptions,
  stage: Stage,
  parent: string,
  seed: string,
): Promise<ChaosResult> {
  const folder = join(parent, seed);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const lines: string[] = [];
  const began = performance.now();
  const log = (line: string): void => {
    lines.push(`${((performance.now() - began) / 1_000).toFixed(2)} ${line}`);
  };
  const program = backendOf(backend, seed) === 'redis' ? redisServerPath() : undefined;
  const redis = program === undefined ? undefined : await startRedis(program);
  try {
    const result = await runChaos({ broker, stage, seed, speed, folder, redis, log });
    if (!result.isSound) {
      const path = join(tmpdir(), `signalman-chaos-${seed}.log`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      say(`run ${seed}: what the worker said: ${path}`);
    }
    if (result.isSound || !keep) rmSync(folder, { recursive: true, force: true });
    return result;
  } finally {
    await redis?.kill();
  }
}

function tell(result: ChaosResult, { runs, done, say }: CampaignOptions & { readonly done: number }): void {
  const { seed, backend, isSound, starts, kills, commands, orders, fills, differences, wallMs } = result;
  const faults = Object.values(result.faults).reduce((sum, count) => sum + count, 0);
  say(
    `[${done}/${runs}] run ${seed} (${backend}): ${isSound ? 'sound' : 'NOT sound'}, ${kills} kills, ${starts} starts, ${faults} faults, ${commands} commands, ${orders} orders, ${fills} fills, ${(wallMs / 1_000).toFixed(1)} s`,
  );
  for (const difference of differences) say(`  ${difference}`);
}

function totalsOf(results: readonly ChaosResult[], wallMs: number): CampaignReport {
  const sum = (of: (result: ChaosResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  const tally = (of: (result: ChaosResult) => Readonly<Record<string, number>>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const each of results) {
      for (const [name, count] of Object.entries(of(each))) counts[name] = (counts[name] ?? 0) + count;
    }
    return counts;
  };
  const totals = {
    runs: results.length,
    sound: results.filter(({ isSound }) => isSound).length,
    ...{ kills: sum(({ kills }) => kills), starts: sum(({ starts }) => starts) },
    commands: sum(({ commands }) => commands),
    faults: tally(({ faults }) => faults),
    orders: sum(({ orders }) => orders),
    ordersByStatus: tally(({ ordersByStatus }) => ordersByStatus),
    fills: sum(({ fills }) => fills),
    unknownAlerted: sum(({ unknownAlerted }) => unknownAlerted),
    cutOff: results.filter(({ isCutOff }) => isCutOff).length,
    unsound: results.filter(({ isSound }) => !isSound).map(({ seed }) => seed),
    wallMs,
  };
  return { totals, results };
}

function commandOf(seed: string, backend: string, { speed, minutes }: CampaignOptions): string {
  return `npm run chaos -- --seed ${seed} --speed ${speed} --minutes ${minutes} --backend ${backend}`;
}
