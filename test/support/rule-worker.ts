import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { ClientOrderId, SignalKey, StrategyId } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { TEST_ACCOUNT } from './angel-one-client.ts';
import { INFY, idsOf, openTestDesk, orderOf, type TestDesk } from './angel-one-simulator.ts';
import { brokerId, buildOrder, buildSignal } from './build-order.ts';
import { testInstrument } from './fixed-calendar.ts';
import { openAllDay } from './open-all-day.ts';
import { type OnFinished, tempFolder } from './temp-folder.ts';
import { startProcess, startWorker, stateFolder, type WorkerProcess } from './worker-process.ts';

export const SWING = 'swing' as StrategyId;
/** Not the bot's. */
export const TCS = testInstrument('NSE:TCS');
const ENTRY = 'e7k2m9q4x1c8v5n3' as ClientOrderId;

export interface RuleWorker {
  readonly desk: TestDesk;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** The account's own database, while workers come and go. */
  readonly database: Database;
  start(): WorkerProcess;
  /** The command as a person types it. */
  gtt(...args: readonly string[]): WorkerProcess['ended'];
  /** Five shares are bought for delivery, by an order of ours that a worker has sent and not heard of again. */
  buy(levels: { readonly stopLoss: number | null; readonly target: number | null }): Promise<void>;
  /** Prices of the hour: the broker's clock is that of the machine then. */
  print(...prices: readonly number[]): Promise<void>;
  /** What truly happened to rules, in order. */
  deeds(): readonly string[];
  liveRules(): readonly string[];
}

export interface RuleWorkerOptions {
  /** As `bot.config.ts` has it, besides account and strategies. */
  readonly bot?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** Listed at the broker besides; the bot does not trade them. */
  readonly listed?: readonly Instrument[];
  readonly onFinished?: OnFinished;
}

/** A worker in live mode against a simulator whose prices a test moves; a strategy that never decides anything by itself. */
export async function openRuleWorker({
  bot = {},
  env: more = {},
  listed = [],
  onFinished = onTestFinished,
}: RuleWorkerOptions = {}): Promise<RuleWorker> {
  const now = Date.now();
  const day = openAllDay(now, onFinished);
  const desk = await openTestDesk({
    ...{ start: now, calendar: day.calendar, instruments: [INFY, TCS, ...listed], onFinished },
  });
  const folder = stateFolder(onFinished);
  const config = join(tempFolder(onFinished), 'bot.config.ts');
  const strategy = {
    ...{ id: SWING, strategy: 'ema-crossover', instruments: [INFY.id], timeframe: '60m', product: 'DELIVERY' },
    sizing: { kind: 'fixed-quantity', quantity: 5 },
  };
  // Nothing is squared off in the last quarter of an hour of a day that ends at midnight.
  const risk = { squareOffBeforeCloseMinutes: 0 };
  const account = { id: 'rules', broker: 'angel-one', capital: 1_000_000 };
  writeFileSync(
    config,
    `import { defineBot } from ${JSON.stringify(resolve('src/config/define-bot.ts'))};
export default defineBot(${JSON.stringify({ account, strategies: [strategy], calendarFile: day.path, risk, ...bot })});
`,
  );
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const env = {
    ...{ ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin, ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey },
    ...{ ANGEL_SIMULATOR_URL: desk.simulator.url, TRADING_MODE: 'live', SIGNALMAN_CONFIG: config },
    SIGNALMAN_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    ...more,
  };
  const database = await openDatabase({ stateFolder: folder, schema: 'live_rules', role: 'test' });
  onFinished(() => database.close());
  const deeds = (): readonly string[] => desk.simulator.ledger.rules.map(({ ruleId, deed }) => `${ruleId} ${deed}`);
  return {
    ...{ desk, env, folder, database, deeds },
    start() {
      const worker = startWorker(folder, [], env);
      onFinished(async () => {
        worker.child.kill('SIGKILL');
        await worker.ended;
      });
      return worker;
    },
    async print(...prices) {
      for (const price of prices) {
        await desk.market.reach(Math.max(Date.now(), desk.market.clock.now()));
        await desk.market.print(desk.infy, price);
        await desk.settle();
      }
    },
    gtt: (...args) => startProcess(['gtt', ...args], folder, env).ended,
    liveRules() {
      const live = new Set<string>();
      for (const { ruleId, deed } of desk.simulator.ledger.rules) {
        if (deed === 'created' || deed === 'modified') live.add(ruleId);
        else live.delete(ruleId);
      }
      return [...live];
    },
    async buy({ stopLoss, target }) {
      const { market, client, infy, settle } = desk;
      const time = market.clock.now();
      const key = `${SWING}|${INFY.id}|60m|${time}|ENTRY` as SignalKey;
      const base = {
        strategyId: SWING,
        instrumentId: INFY.id,
        product: 'DELIVERY',
        quantity: 5,
        createdTime: time,
      } as const;
      const signal = buildSignal({ ...base, key, stopLoss, target, entryPrice: 1500, expiresTime: time + MINUTE_MS });
      const order = buildOrder({ ...base, signalKey: key, clientOrderId: ENTRY, type: 'LIMIT', limitPrice: 1500 });
      const ledger = new PostgresLedger(database, 'live');
      await ledger.record([
        { type: 'signalDecided', signal },
        { type: 'orderPlanned', order },
      ]);
      const body = { ordertag: ENTRY, producttype: 'DELIVERY', quantity: '5' };
      const reply = await client.post('order/v1/placeOrder', orderOf(infy, body));
      const update = { clientOrderId: ENTRY, reason: null, time } as const;
      await ledger.move({ ...update, status: 'SUBMITTING', brokerOrderId: null });
      await ledger.move({ ...update, status: 'SUBMITTED', brokerOrderId: brokerId(idsOf(reply.data).orderid) });
      await settle();
      await market.print(infy, 1500);
      await settle();
      expect(desk.simulator.ledger.fills).toMatchObject([{ tag: ENTRY, quantity: 5 }]);
    },
  };
}

/** Looks until what is read is what is wanted. */
export async function until(read: () => unknown, wanted: unknown, timeout = 60_000): Promise<void> {
  await vi.waitFor(async () => expect(await read()).toEqual(wanted), { timeout, interval: 20 });
}
