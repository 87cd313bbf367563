/**
 * One session in which everything fails, and a worker that is killed in it and started again. In the end its books are held
 * against what truly happened at the broker. Entry point: `runChaos`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../../src/core/time.ts';
import { openAccountDatabase } from '../../src/db/account-database.ts';
import { sendCommand } from '../../src/db/postgres-commands.ts';
import type { Command } from '../../src/ports/engine-event.ts';
import type { RedisServer } from '../support/redis-server.ts';
import type { ChaosBroker, ChaosMarket, MarketTruth } from './chaos-broker.ts';
import { type Deed, type Mishap, planChaos } from './chaos-plan.ts';
import type { Stage } from './chaos-stage.ts';
import { checkBooks, type Verdict } from './check-books.ts';
import { Supervisor } from './supervisor.ts';

export interface ChaosResult {
  readonly seed: string;
  readonly backend: 'postgres' | 'redis';
  readonly isSound: boolean;
  readonly starts: number;
  readonly kills: number;
  readonly commands: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly ordersByStatus: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly unknownAlerted: number;
  /** The end of the play came before the end of all orders: one more start settled them. */
  readonly isCutOff: boolean;
  readonly differences: readonly string[];
  readonly wallMs: number;
}

export interface ChaosOptions {
  readonly broker: ChaosBroker;
  readonly stage: Stage;
  readonly seed: string;
  readonly speed: number;
  /** Where this run keeps its database. */
  readonly folder: string;
  /** Without it the queue lives in Postgres, and a killed Redis is nobody's loss. */
  readonly redis?: Pick<RedisServer, 'url' | 'replace'> | undefined;
  readonly log: (line: string) => void;
}

/** Its switches outlast a run, as those of an account that is traded do. */
const ACCOUNT = 'live_chaos';
const EVENING_MS = 2 * 60_000;
/** A worker whose database was killed has so long to notice. */
const NOTICE_MS = 1_000;
/** Of the session's real length: what is not over by then is stuck. */
const PATIENCE = 3;
const START_MS = 60_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { broker, stage, seed, speed, folder, redis, log } = options;
  const startedAt = performance.now();
  const market = await broker.start(stage, speed, (line) => log(`simulator: ${line}`));
  try {
    const workers = new Supervisor({
      ...{ folder, log, configPath: stage.configPath, redisUrl: redis?.url ?? '' },
      input: () => ({ address: market.address, account: ACCOUNT, speed, isStandby: false }),
    });
    const begun = await market.time();
    const lengthMs = (stage.close + EVENING_MS - begun) / speed;
    const working = workers.run(performance.now() + lengthMs * PATIENCE + START_MS);
    await started(market, begun);
    const chaos = { ...options, market, workers, commands: 0 };
    await deal(planChaos(seed), chaos);
    await working;
    const place = { stateFolder: folder, account: ACCOUNT, close: stage.close, areRatesKept: true };
    const look = async (): Promise<Verdict & { readonly truth: MarketTruth }> => {
      const truth = await market.truth();
      return { ...(await checkBooks({ ...place, truth })), truth };
    };
    let verdict = await look();
    // The end of a day that is played cuts off what is under way, as a kill does: the next start settles it.
    const isCutOff = verdict.problems.length > 0 && workers.problems.length === 0;
    if (isCutOff) {
      log(`cut off: ${verdict.problems.join('; ')}`);
      await workers.run(performance.now() + START_MS);
      verdict = await look();
    }
    const { record, truth, unknownAlerted, problems } = verdict;
    const ordersByStatus: Record<string, number> = {};
    for (const { status } of record.orders) ordersByStatus[status] = (ordersByStatus[status] ?? 0) + 1;
    const differences = [...workers.problems, ...problems];
    return {
      ...{ seed, backend: redis ? 'redis' : 'postgres', isSound: differences.length === 0 },
      ...{ starts: workers.starts, kills: workers.kills, commands: chaos.commands, faults: truth.faults },
      ...{ orders: record.orders.length, ordersByStatus, fills: record.fills.length, unknownAlerted, isCutOff },
      ...{ differences, wallMs: Math.round(performance.now() - startedAt) },
    };
  } finally {
    await market.stop();
  }
}

interface Chaos extends ChaosOptions {
  readonly market: ChaosMarket;
  readonly workers: Supervisor;
  commands: number;
}

/** Prices move when the first worker has subscribed to them; until then the market's clock stands. */
async function started(market: ChaosMarket, begun: EpochMs): Promise<void> {
  while ((await market.time()) === begun) await sleep(20);
}

/** By the market's clock: while a reader holds the market up, nothing happens. */
async function deal(plan: readonly Mishap[], chaos: Chaos): Promise<void> {
  const { stage, market, speed } = chaos;
  for (const { at, what } of plan) {
    const due = stage.open + at * (stage.close - stage.open);
    for (let now = await market.time(); now < due; now = await market.time()) {
      await sleep(Math.min(Math.max((due - now) / speed, 1), 100));
    }
    await strike(what, chaos);
  }
  while ((await market.time()) < stage.close) await sleep(20);
  await market.calm();
}

async function strike(what: Deed, chaos: Chaos): Promise<void> {
  const { folder, redis, market, workers, log } = chaos;
  if (what === 'kill-worker') workers.kill();
  else if (what === 'kill-redis') {
    if (redis) workers.kills += 1;
    await redis?.replace();
  } else if (what === 'kill-postgres') {
    if (!killPostgres(folder)) return;
    await sleep(NOTICE_MS);
    workers.kill();
  } else if ('command' in what) {
    try {
      await command(what.command, folder);
      chaos.commands += 1;
    } catch (error) {
      // Whoever asks while the database is away is told so, and asks again.
      log(`command ${what.command}: ${String(error)}`);
    }
  } else await market.strike(what);
}

/** As another shell does, which leaves before it has an answer. */
async function command(name: Command, stateFolder: string): Promise<void> {
  const database = await openAccountDatabase({ stateFolder, role: 'control' }, ACCOUNT);
  try {
    await sendCommand(database, { command: name, strategyId: null, askedBy: 'chaos' });
  } finally {
    await database.close();
  }
}

/** Kills the embedded server at once, if it runs. */
function killPostgres(folder: string): boolean {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('postmaster.pid'),
  );
  let hasRun = false;
  for (const file of files) {
    const pid = readFileSync(join(folder, file), 'utf8').split('\n')[0] ?? '';
    // The file of a server that was killed stays, and its number may be another one's by now.
    const { stdout } = spawnSync('ps', ['-p', pid, '-o', 'args='], { encoding: 'utf8' });
    if (!stdout.includes(folder)) continue;
    process.kill(Number(pid), 'SIGKILL');
    hasRun = true;
  }
  return hasRun;
}
