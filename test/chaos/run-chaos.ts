/**
 * One session in which everything fails, and a worker that is killed in it and started again. In the end its books are held
 * against what truly happened at the broker. Entry point: `runChaos`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isTerminal } from '../../src/core/order-status.ts';
import { openDatabase } from '../../src/db/database.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { compareOrders, overruns, truthSchema } from '../../src/worker/rehearsal/compare-orders.ts';
import { startSimulator } from '../../src/worker/simulator-process.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { type Mishap, planChaos } from './chaos-plan.ts';
import type { ChaosWorkerInput } from './chaos-worker.ts';

export interface ChaosResult {
  readonly seed: string;
  readonly isSound: boolean;
  readonly starts: number;
  readonly kills: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly ordersByStatus: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly differences: readonly string[];
  readonly wallMs: number;
}

export interface ChaosOptions {
  readonly seed: string;
  readonly speed: number;
  /** Where this run keeps its database. */
  readonly folder: string;
  /** Without it the queue lives in Postgres, and a killed Redis is nobody's loss. */
  readonly redis?: Pick<RedisServer, 'url' | 'replace'>;
  readonly log: (line: string) => void;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = fileURLToPath(new URL('chaos-worker.ts', import.meta.url));
const ACCOUNT = 'chaos';
const SESSION_MS = 385 * 60_000;
const MOST_STARTS = 40;
/** A worker whose database was killed has so long to notice. */
const NOTICE_MS = 3_000;
/** Of the session's real length: what is not over by then is stuck. */
const PATIENCE = 3;
const START_MS = 60_000;
const healthSchema = z.object({ time: z.number() });

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, speed, log } = options;
  const startedAt = performance.now();
  const simulator = await startSimulator({
    sessionPath: join(PROJECT, 'backtest-data/session-2026-11-18.parquet'),
    instrumentsPath: join(PROJECT, 'backtest-data/instruments.json'),
    speed,
    onLine: (line) => log(`simulator: ${line}`),
  });
  try {
    // The broker closes nothing by itself: every order of the day is one of ours.
    await simulator.ask('behaviours', { squareOffTime: null });
    const { endpoints, control, credentials } = simulator;
    const workers = new Supervisor(options, { address: { endpoints, control, credentials }, account: ACCOUNT, speed });
    const lengthMs = SESSION_MS / speed;
    const working = workers.run(performance.now() + lengthMs * PATIENCE + START_MS);
    await started(simulator.ask);
    await deal(planChaos(seed), lengthMs, (what) => strike(what, workers, simulator.ask, options));
    await working;
    const truth = truthSchema.parse(await simulator.ask('ledger'));
    const { record, problems } = await booksIn(options);
    const ordersByStatus: Record<string, number> = {};
    for (const { status } of record.orders) ordersByStatus[status] = (ordersByStatus[status] ?? 0) + 1;
    const differences = [
      ...workers.problems,
      ...problems,
      ...compareOrders(record, truth),
      ...overruns(truth),
      ...truth.mishaps,
    ];
    return {
      ...{ seed, isSound: differences.length === 0, starts: workers.starts, kills: workers.kills },
      ...{ faults: truth.faults, orders: record.orders.length, ordersByStatus, fills: record.fills.length },
      ...{ differences, wallMs: Math.round(performance.now() - startedAt) },
    };
  } finally {
    await simulator.stop();
  }
}

/** Starts the worker, and again whenever it ends before its day is over. */
class Supervisor {
  readonly #options: ChaosOptions;
  readonly #input: ChaosWorkerInput;
  readonly problems: string[] = [];
  starts = 0;
  kills = 0;
  #child: ChildProcess | undefined;

  constructor(options: ChaosOptions, input: ChaosWorkerInput) {
    this.#options = options;
    this.#input = input;
  }

  async run(deadline: number): Promise<void> {
    for (;;) {
      const code = await this.#life(deadline);
      if (code === 0) return;
      if (performance.now() > deadline || this.starts >= MOST_STARTS) {
        this.problems.push(`The worker was not done after ${this.starts} starts`);
        return;
      }
      await sleep(50);
    }
  }

  kill(): void {
    this.kills += 1;
    this.#child?.kill('SIGKILL');
  }

  #life(deadline: number): Promise<number | null> {
    const { folder, redis, log } = this.#options;
    this.starts += 1;
    const child = spawn(process.execPath, [WORKER, JSON.stringify(this.#input)], {
      cwd: PROJECT,
      env: {
        ...process.env,
        ...{
          DATABASE_URL: '',
          REDIS_URL: redis?.url ?? '',
          LOG_LEVEL: 'warn',
          LOG_FORMAT: 'json',
          SIGNALMAN_STATE: folder,
        },
      },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => log(chunk.toString().trimEnd()));
    const stuck = setTimeout(() => child.kill('SIGKILL'), Math.max(0, deadline - performance.now()));
    return new Promise((resolve) =>
      child.once('close', (code) => {
        clearTimeout(stuck);
        log(`worker ${this.starts} ended with ${code ?? 'a signal'}`);
        resolve(code);
      }),
    );
  }
}

/** Prices move when the first worker has subscribed to them; until then the market's clock stands. */
async function started(ask: (route: string) => Promise<unknown>): Promise<void> {
  const first = healthSchema.parse(await ask('health')).time;
  while (healthSchema.parse(await ask('health')).time === first) await sleep(20);
}

async function deal(
  plan: readonly Mishap[],
  lengthMs: number,
  strikeOnce: (what: Mishap['what']) => Promise<void>,
): Promise<void> {
  const begun = performance.now();
  for (const { at, what } of plan) {
    await sleep(Math.max(0, begun + at * lengthMs - performance.now()));
    await strikeOnce(what);
  }
}

async function strike(
  what: Mishap['what'],
  workers: Supervisor,
  ask: (route: string, body?: object) => Promise<unknown>,
  { folder, redis }: ChaosOptions,
): Promise<void> {
  if (what === 'kill-worker') workers.kill();
  else if (what === 'kill-redis') {
    if (redis) workers.kills += 1;
    await redis?.replace();
  } else if (what === 'expire') await ask('expire', {});
  else if (what === 'kill-postgres') {
    if (!killPostgres(folder)) return;
    await sleep(NOTICE_MS);
    workers.kill();
  } else await ask('faults', what);
}

/** Kills the embedded server at once, if it runs. */
function killPostgres(folder: string): boolean {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('postmaster.pid'),
  );
  for (const file of files) {
    const pid = Number(readFileSync(join(folder, file), 'utf8').split('\n')[0]);
    if (pid > 1) process.kill(pid, 'SIGKILL');
  }
  return files.length > 0;
}

/** The worker's books, and what in them does not fit together. */
async function booksIn({ folder }: ChaosOptions) {
  const database = await openDatabase({ stateFolder: folder, schema: ACCOUNT, role: 'chaos' });
  try {
    const record = await new PostgresLedger(database, 'live').session();
    const { sql } = database;
    const stored = await sql<{ instrument: string; quantity: number }[]>`
      select instrument_id as instrument, sum(quantity)::int as quantity from (
        select distinct on (strategy_id, instrument_id, product) instrument_id, quantity from positions
        order by strategy_id, instrument_id, product, day desc) latest group by 1`;
    const critical = await sql<{ text: string }[]>`select text from alerts where level = 'critical'`;
    const unsent = await sql<{ text: string }[]>`select text from alerts where sent_time is null`;
    const net = new Map<string, number>();
    for (const { instrumentId, side, quantity } of record.fills) {
      net.set(instrumentId, (net.get(instrumentId) ?? 0) + (side === 'BUY' ? quantity : -quantity));
    }
    const held = new Map(stored.map(({ instrument, quantity }) => [instrument, quantity]));
    const problems = unsent.map(({ text }) => `alert never told: ${text}`);
    for (const [instrument, quantity] of net) {
      if ((held.get(instrument) ?? 0) !== quantity) {
        problems.push(`${instrument}: fills come to ${quantity}, the position says ${held.get(instrument) ?? 0}`);
      }
      const isGuarded = record.orders.some((order) => {
        return order.instrumentId === instrument && order.role !== 'ENTRY' && !isTerminal(order.status);
      });
      if (quantity !== 0 && !isGuarded && critical.length === 0)
        problems.push(`${instrument}: ${quantity} naked, and no alert`);
    }
    return { record, problems };
  } finally {
    await database.close();
  }
}
