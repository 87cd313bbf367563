import { randomBytes } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { ListedInstrument, SEGMENTS } from '../../src/brokers/angel-one/token-book.ts';
import { MemoryCallLog } from '../../src/brokers/shared/memory-call-log.ts';
import { readEnv } from '../../src/config/env.ts';
import { parseBot } from '../../src/config/load-bot.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { defineStrategy, type StrategyHandlers } from '../../src/engine/strategy/strategy.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { RecentLines } from '../../src/logging/recent-lines.ts';
import { DEFAULT_FILL_RULES } from '../../src/simulation/fill-model.ts';
import { openAngelOneMarket } from '../../src/worker/angel-one-market.ts';
import type { OpenMarket } from '../../src/worker/open-market.ts';
import type { TakesUp } from '../../src/worker/trade-days.ts';
import { runTradingWorker } from '../../src/worker/trading-worker.ts';
import { TEST_ACCOUNT } from './angel-one-client.ts';
import { INFY, type TestDesk } from './angel-one-simulator.ts';
import { testSchemaName, testStateFolder } from './test-server.ts';

export interface LiveWorker {
  /** Asks it to stop, and lets time pass until it has. */
  stop(): Promise<void>;
  readonly ended: Promise<unknown>;
  readonly said: readonly string[];
  /** The markets it has opened, one a trading day. */
  readonly markets: readonly OpenMarket[];
}

export interface LiveWorkerOptions {
  readonly account: string;
  readonly orders?: 'paper' | 'broker';
  readonly takesUp?: TakesUp;
  readonly risk?: Readonly<Record<string, unknown>>;
  readonly capital?: number;
  readonly product?: 'INTRADAY' | 'DELIVERY';
  readonly quantity?: number;
  readonly decide?: NonNullable<StrategyHandlers['onCandle']>;
  readonly beforeOpen?: () => Promise<void>;
}

/** An account of a test's own, on the server that all test files share; dropped with the test. */
export async function testAccount(): Promise<{ readonly account: string; readonly database: Database }> {
  const account = testSchemaName(randomBytes(4).toString('hex'));
  const database = await openDatabase({
    ...{ url: inject('databaseUrl'), stateFolder: testStateFolder(), schema: account, role: 'test' },
  });
  onTestFinished(async () => {
    for (const schema of [account, `${account}_queue`]) {
      await database.sql`drop schema if exists ${database.sql(schema)} cascade`;
    }
    await database.close();
  });
  return { account, database };
}

/** The trading worker itself, live at a simulator whose market and clock are moved by hand. */
export function startLiveWorker({ market, simulator }: TestDesk, options: LiveWorkerOptions): LiveWorker {
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const stop = new AbortController();
  const said: string[] = [];
  const markets: OpenMarket[] = [];
  const env = readEnv({ DATABASE_URL: inject('databaseUrl'), SIGNALMAN_STATE: testStateFolder() }, '');
  const log = createLogger({ level: 'silent', format: 'json', secrets: [] });
  const strategy = defineStrategy<object>({
    ...{ name: 'scripted', summary: 'Does what the test says.', params: z.strictObject({}), scope: 'instrument' },
    warmUp: () => 1,
    create: () => ({ onCandle: options.decide ?? (() => undefined) }),
  });
  const bot = parseBot(
    {
      account: { id: 'test', broker: 'angel-one', capital: options.capital ?? 5_00_000 },
      strategies: [
        {
          ...{ id: 'scripted', strategy: 'scripted', instruments: [INFY.id], timeframe: '1m', params: {} },
          ...{ product: options.product ?? 'INTRADAY' },
          sizing: { kind: 'fixed-quantity', quantity: options.quantity ?? 10 },
        },
      ],
      risk: options.risk ?? {},
    },
    { path: '/test/bot.config.ts', strategies: new Map([['scripted', strategy]]) },
  );
  const listed = market.listings.map(({ instrument, segment, token, tradingSymbol }): ListedInstrument => {
    return { instrument, segment: segment as (typeof SEGMENTS)[number], token, tradingSymbol };
  });
  const ended = runTradingWorker({
    ...{ env, account: options.account, takesUp: options.takesUp ?? 'all', isStandby: false, log },
    ...{ telegram: null, alertSettings: bot.telegram.alerts },
    recent: new RecentLines(),
    ...{ onStandby: () => undefined, rules: DEFAULT_FILL_RULES, signal: stop.signal, onProgress: () => undefined },
    alerts: {
      write: (text, done) => {
        said.push(text);
        done();
      },
    },
    openMarket: async (mayWrite) => {
      await options.beforeOpen?.();
      const opened = await openAngelOneMarket({
        ...{ bot, listed, log, mayWrite, isPlayed: false, speed: 1, orders: options.orders ?? 'broker' },
        ...{ credentials: { clientCode, mpin, totpSecret, apiKey }, endpoints: simulator.endpoints },
        ...{ wireClock: market.clock, clock: market.clock, callLog: new MemoryCallLog(market.clock) },
        instrumentIds: [INFY.id] as InstrumentId[],
      });
      markets.push(opened);
      return opened;
    },
  });
  ended.catch(() => undefined);
  const worker = {
    ...{ ended, said, markets },
    stop: async () => {
      stop.abort();
      await passing({ market }, ended);
    },
  };
  onTestFinished(() => worker.stop().catch(() => undefined));
  return worker;
}

/** Time passes, some 20 times as fast as real time, until the promise is settled. */
export async function passing<T>({ market }: Pick<TestDesk, 'market'>, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (!isOver) await market.reach(market.clock.now() + 200);
  }
  return over;
}

/** Time passes until what is asked for is there. */
export async function until<T>(
  desk: Pick<TestDesk, 'market'>,
  ask: () => Promise<T | undefined>,
  ms = 20_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await passing(desk, ask());
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error('It did not come in time');
    await passing(desk, new Promise((resolve) => setTimeout(resolve, 30)));
  }
}

/** In steps short enough for answers to come in between. */
export async function live({ market }: Pick<TestDesk, 'market'>, time: EpochMs): Promise<void> {
  while (market.clock.now() < time) {
    await market.reach(Math.min(time, market.clock.now() + 30_000));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
