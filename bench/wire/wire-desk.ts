/**
 * One account at a simulated Angel One in this process, prices made by hand at the time of day, and a real worker in a
 * process of its own that trades it in live mode: real sockets, the embedded PostgreSQL with durable commits. Calls and
 * frames pass a tap. Entry point: `openWireDesk`; `close` ends what it has started and removes the worker's folder.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import { dayOf, type EpochMs, formatDay, MINUTE_MS } from '../../src/core/time.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { MarketBoard } from '../../src/simulators/angel-one/market/market-board.ts';
import { SystemClock } from '../../src/simulators/angel-one/market/system-clock.ts';
import { listingsOf } from '../../src/simulators/angel-one/master/make-master.ts';
import type { SimulatedListing } from '../../src/simulators/angel-one/parts.ts';
import { type AngelOneSimulator, startAngelOneSimulator } from '../../src/simulators/angel-one/start-simulator.ts';
import { overruns, type Truth, truthSchema } from '../../src/worker/rehearsal/compare-orders.ts';
import { TEST_ACCOUNT } from '../../test/support/angel-one-client.ts';
import { testInstrument } from '../../test/support/fixed-calendar.ts';
import { SIMPLE_CHARGES } from '../../test/support/simple-charges.ts';
import { openWireTap, type WireTap } from './wire-tap.ts';

export const SHARE = testInstrument('NSE:INFY');
export const FIRST_PRICE = 1_500;
const CALENDAR = 'src/config/data/market-calendar.json';
const WORKER = fileURLToPath(new URL('wire-worker.ts', import.meta.url));
const ACCOUNT = 'bench';
const SCHEMA = 'live_bench';
/** Candles that are there when the worker begins. */
const MINUTES_BEFORE = 3;
const PATIENCE_MS = 60_000;
/** After a minute's end the worker asks for the part of its first minute that it has not heard itself. */
const FIRST_MINUTE_MS = 3_000;

export interface WireDeskOptions {
  /** As `bot.config.ts` has them. */
  readonly strategies: readonly object[];
  readonly redisUrl?: string | undefined;
  /** How the worker gets to the database; by default as a worker does that was told nothing of one. */
  readonly databaseUrl?: ((direct: string) => Promise<string>) | undefined;
  /** More of `bot.config.ts`. */
  readonly bot?: object | undefined;
  /** More of the worker's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface WireDesk {
  readonly tap: WireTap;
  readonly simulator: AngelOneSimulator;
  /** The account's own. */
  readonly database: Database;
  readonly env: Readonly<Record<string, string>>;
  readonly listing: SimulatedListing;
  /** Where the worker keeps its state, the database's among it. */
  readonly folder: string;
  print(price: number): void;
  /** Resolves when prices arrive at the worker. */
  startWorker(): Promise<void>;
  /** Resolves when the first minute, which the worker has not heard whole, is behind it: up to a minute, for who measures. */
  endFirstMinute(): Promise<void>;
  /** What went wrong by what the simulator knows, one line each, and how many calls of each kind it has seen. */
  truth(): Promise<{ readonly faults: readonly string[]; readonly calls: Truth['calls'] }>;
  close(): Promise<void>;
}

export async function openWireDesk(options: WireDeskOptions): Promise<WireDesk> {
  const { strategies, redisUrl = '', databaseUrl } = options;
  const folder = mkdtempSync(join(tmpdir(), 'signalman-bench-'));
  // The database's own user enters it.
  chmodSync(folder, 0o755);
  const calendarFile = writeCalendar(folder);
  const calendar = loadMarketCalendar(calendarFile);
  const clock = new SystemClock();
  const listings = listingsOf([SHARE]);
  const [listing] = listings;
  if (listing === undefined) throw new Error('Expected a listing of the share, found none');
  const board = new MarketBoard({ listings, calendar });
  let sequence = 0;
  const printAt = (time: EpochMs, lastPrice: number): void => {
    sequence += 1;
    const [bid, ask] = [lastPrice - SHARE.tickSize, lastPrice + SHARE.tickSize];
    const volume = sequence * 1_000;
    board.print({ instrumentId: SHARE.id, time, lastPrice, volume, openInterest: null, bid, ask, sequence });
  };
  for (let back = MINUTES_BEFORE; back > 0; back -= 1) printAt(clock.now() - back * MINUTE_MS, FIRST_PRICE);
  const simulator = await startAngelOneSimulator({
    market: {
      ...{ clock, listings, start: () => undefined, ended: new Promise(() => undefined) },
      find: (segment, token) => board.find(segment, token),
      quote: (each) => board.quote(each),
      onTick: (listener) => board.onTick(listener),
      candles: (each, minutes, from, to) => board.candles(each, minutes, from, to),
    },
    ...{ accounts: [TEST_ACCOUNT], calendar, charges: SIMPLE_CHARGES },
    behaviours: { rateLimits: 'counted', totpReuse: 'allowed', squareOffTime: null },
  });
  const tap = await openWireTap(simulator.url);
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const database = await openDatabase({ stateFolder: folder, schema: SCHEMA, role: 'bench' });
  const env = {
    ...{ DATABASE_URL: (await databaseUrl?.(database.url)) ?? '' },
    ...{ TELEGRAM_BOT_TOKEN: '', HEARTBEAT_URL: '' },
    ...{ REDIS_URL: redisUrl, LOG_LEVEL: 'warn', LOG_FORMAT: 'json', SIGNALMAN_STATE: folder },
    ...{ ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin, ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey },
    ...{
      ANGEL_SIMULATOR_URL: tap.url,
      TRADING_MODE: 'live',
      SIGNALMAN_CONFIG: writeBot(folder, { ...options.bot, strategies, calendarFile }),
    },
    SIGNALMAN_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    ...options.env,
  };
  let stopWorker = (): Promise<unknown> => Promise.resolve();
  return {
    ...{ tap, simulator, database, env, listing, folder },
    print: (price) => printAt(clock.now(), price),
    async startWorker() {
      const child = spawn(process.execPath, [WORKER], {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      const ended = once(child, 'close');
      stopWorker = () => {
        child.kill('SIGTERM');
        return ended;
      };
      let isFed = false;
      tap.onFrame = () => {
        isFed = true;
      };
      for (const deadline = performance.now() + PATIENCE_MS; !isFed; await sleep(50)) {
        if (performance.now() > deadline || child.exitCode !== null) throw new Error('The worker takes no prices');
        printAt(clock.now(), FIRST_PRICE);
      }
    },
    async endFirstMinute() {
      const minuteEnd = Math.ceil(clock.now() / MINUTE_MS) * MINUTE_MS;
      await sleep(minuteEnd - clock.now());
      for (let ticks = 0; ticks < 10; ticks += 1) {
        printAt(clock.now(), FIRST_PRICE);
        await sleep(FIRST_MINUTE_MS / 10);
      }
    },
    async truth() {
      const answer = await fetch(`${simulator.control}/ledger`);
      const truth = truthSchema.parse(await answer.json());
      const doubled = truth.doubledTags.map((tag) => `${tag}: more than one order`);
      return { faults: [...overruns(truth), ...doubled, ...truth.mishaps], calls: truth.calls };
    },
    async close() {
      await stopWorker();
      await database.close();
      await tap.close();
      await simulator.close();
      clock.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeBot(
  folder: string,
  bot: { readonly strategies: readonly object[]; readonly calendarFile: string },
): string {
  const path = join(folder, 'bot.config.ts');
  const whole = {
    account: { id: ACCOUNT, broker: 'angel-one', capital: 8_00_000 },
    risk: { maxOrdersPerMinute: null, squareOffBeforeCloseMinutes: 0 },
    ...bot,
  };
  writeFileSync(
    path,
    `import { defineBot } from ${JSON.stringify(resolve('src/config/define-bot.ts'))};\nexport default defineBot(${JSON.stringify(whole)});\n`,
  );
  return path;
}

const calendarSchema = z.looseObject({
  coverage: z.array(z.looseObject({ to: z.string() })),
  days: z.array(z.looseObject({ date: z.string() })),
});

/** The calendar as it ships, but today is one session that has just begun: at any hour there is something to trade. */
function writeCalendar(folder: string): string {
  const { coverage, days, ...others } = calendarSchema.parse(JSON.parse(readFileSync(CALENDAR, 'utf8')));
  const now = Date.now();
  const today = formatDay(dayOf(now));
  const session = { kind: 'special', open: timeOfDay(now - (MINUTES_BEFORE + 1) * MINUTE_MS), close: '23:59' };
  const day = {
    ...{ date: today, name: 'The bench', segments: ['equity', 'derivatives'], session },
    ...{ source: 'a bench', confirmed: true },
  };
  const path = join(folder, 'market-calendar.json');
  const kept = [...days.filter(({ date }) => date !== today), day];
  const covered = coverage.map((each) => ({ ...each, to: latest(each.to, today) }));
  writeFileSync(path, JSON.stringify({ ...others, coverage: covered, days: kept }));
  return path;
}

/** Of two days as text. */
function latest(one: string, other: string): string {
  return [one, other].toSorted().at(-1) ?? other;
}

/** `HH:MM` in India. */
function timeOfDay(time: EpochMs): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit' }).format(
    time,
  );
}
