import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { parseBot } from '../../src/config/load-bot.ts';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import { formatRupees } from '../../src/core/money.ts';
import { dayOf, formatDay, parseDay } from '../../src/core/time.ts';
import { openDatabase } from '../../src/db/database.ts';
import { PostgresCandleStore } from '../../src/db/postgres-candle-store.ts';
import { appendCandles, importCandles } from '../../src/history/import-candles.ts';
import { BacktestRunner } from '../../src/worker/backtest-runner.ts';
import { strategies } from '../../strategies/index.ts';
import { backtestOn } from '../support/backtest-runs.ts';
import { OPERATOR, PATIENCE } from '../support/bot-person.ts';
import { openControlledWorker } from '../support/controlled-worker.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FILE = 'backtest-data/candles/1m/INFY.parquet';
const PARAMS = { fast: 5, slow: 13, stopPercent: 1 };
const STRATEGY = {
  ...{ id: 'swing', strategy: 'ema-crossover', instruments: ['NSE:INFY'], timeframe: '5m', params: PARAMS },
  ...{ product: 'DELIVERY', sizing: { kind: 'fixed-value', rupees: 50_000 } },
};

async function infyCandles() {
  const imported = await importCandles({ path: FILE }, loadMarketCalendar());
  const [infy] = imported;
  if (infy === undefined) throw new Error('Expected the candles of INFY');
  const { openTime, count } = infy.candles;
  return { imported, days: `${dayText(openTime[0])}..${dayText(openTime[count - 1])}` };
}

function dayText(time = 0): string {
  return formatDay(dayOf(time));
}

/** Backtests that run as children of the worker, with their niceness. */
function backtestsOf(pid: number | undefined): readonly { readonly pid: number; readonly nice: number }[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,ni=,args='], { encoding: 'utf8' }).trim().split('\n');
  return rows.flatMap((row) => {
    const [own = '', parent = '', nice = '', ...args] = row.trim().split(/\s+/);
    return Number(parent) === pid && args.includes('backtest') ? [{ pid: Number(own), nice: Number(nice) }] : [];
  });
}

it('runs over the stored candles beside the worker, which goes on taking commands, and its result follows', {
  timeout: 180_000,
}, async () => {
  const temp = tempFolder();
  const { start, person, database, server } = await openControlledWorker({
    bot: { strategies: [STRATEGY] },
    env: { TMPDIR: temp },
  });
  const { imported, days } = await infyCandles();
  const store = new PostgresCandleStore(database, (error) => expect.unreachable(String(error)));
  for (const each of imported) await appendCandles(store, each);
  await store.flush();
  const worker = start();
  const operator = person(OPERATOR);
  await expect.poll(() => operator.ask('/version'), PATIENCE).toMatch(/signalman/);
  const from = operator.told.length;
  operator.write(`/backtest swing INFY ${days}`);
  await expect.poll(() => operator.told.length, PATIENCE).toBe(from + 1);
  expect(operator.told[from]).toBe(
    `Running swing on INFY, ${days.replace('..', ' to ')}: 5m candles, delivery, entries of ₹50,000.00, capital ₹10,00,000.00, no risk limits. The result follows here.`,
  );
  await expect.poll(() => backtestsOf(worker.child.pid), PATIENCE).toHaveLength(1);
  expect(backtestsOf(worker.child.pid)[0]?.nice, 'behind everything else').toBe(19);
  expect(await operator.ask('/backtest swing INFY 5d')).toContain('/backtest: another backtest runs');
  expect(await operator.ask('/halt')).toContain('halt: entries are denied');
  expect(
    operator.told.slice(from).some((text) => text.startsWith('<b>')),
    'the result is not there yet',
  ).toBe(false);
  await expect.poll(() => operator.told.at(-1), PATIENCE).toMatch(/^<b>Backtest of swing on INFY/);
  const { json } = await backtestOn(FILE, {
    ...{ params: PARAMS, timeframe: '5m', orders: 'limit', sizing: { kind: 'fixed-value', paise: 5_000_000 } },
  });
  expect(json.trades).toBeGreaterThan(5);
  const text = operator.told.at(-1) ?? '';
  expect(text).toContain(`₹${formatRupees(Math.abs(json.netPaise))} after ₹${formatRupees(json.chargesPaise)} charges`);
  expect(text).toContain(`${json.trades} trades, ${json.wins} won`);
  expect(text).toContain(`₹${formatRupees(json.maxDrawdownPaise)} (${json.maxDrawdownPercent}%)`);
  expect(text).toMatch(/ candles of 1m on \d+ days, /);
  await expect.poll(() => server.photos.map(({ chat }) => chat), PATIENCE).toEqual([OPERATOR]);
  expect(readdirSync(temp).filter((name) => name.startsWith('signalman-backtest'))).toEqual([]);

  expect(await operator.ask('/backtest nosuch INFY 5d')).toMatch(/expected a strategy, one of swing, .*ema-crossover/);
  const before = operator.told.length;
  operator.write('/backtest ema-crossover TCS 2026-10');
  await expect.poll(() => operator.told.length, PATIENCE).toBe(before + 2);
  expect(operator.told.at(-1)).toContain(
    'npm run history -- download --instrument "NSE:TCS" --timeframe 1m --from 2026-10-01 --to 2026-10-31 --database',
  );

  // None outlives the worker.
  await operator.ask(`/backtest swing INFY ${days}`);
  await expect.poll(() => backtestsOf(worker.child.pid), PATIENCE).toHaveLength(1);
  const [child] = backtestsOf(worker.child.pid);
  if (child === undefined) throw new Error('Expected a backtest that runs');
  // It does not come to its end by itself.
  process.kill(child.pid, 'SIGSTOP');
  onTestFinished(() => void (isThere(child.pid) && process.kill(child.pid, 'SIGKILL')));
  worker.child.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
  await expect.poll(() => isThere(child.pid), PATIENCE).toBe(false);
});

it('takes what was downloaded before what the account has seen, says when nothing fits, and ends in its time', {
  timeout: 120_000,
}, async () => {
  const folder = tempFolder();
  const history = await openDatabase({ stateFolder: folder, role: 'test' });
  const account = await openDatabase({ stateFolder: folder, role: 'test', schema: 'paper_it' });
  try {
    const { imported, days } = await infyCandles();
    const store = new PostgresCandleStore(history, (error) => expect.unreachable(String(error)));
    for (const each of imported) await appendCandles(store, each);
    await store.flush();
    // The account has seen some candles otherwise, and another instrument by the day only.
    await account.sql`insert into candles select * from signalman.candles order by open_time offset 100 limit 200`;
    await account.sql`update candles set open = open * 2, high = high * 2, low = low * 2, close = close * 2`;
    await account.sql`insert into candles select 'NSE:TCS', '1d', open_time, open, high, low, close, volume, null, provenance from candles`;
    const bot = parseBot(
      { account: { id: 'it', broker: 'paper', capital: 1_000_000 }, strategies: [STRATEGY] },
      { path: '/bot.config.ts', strategies },
    );
    const runner = (patienceMs?: number) =>
      new BacktestRunner({
        ...{ bot, database: account, signal: new AbortController().signal },
        ...(patienceMs === undefined ? {} : { patienceMs }),
      });
    const [from = '', to = ''] = days.split('..');
    const span = { first: parseDay(from) ?? 0, last: parseDay(to) ?? 0 };
    const endOf = async (desk: BacktestRunner, instrument: string) => {
      const plan = await desk.plan({ strategy: 'swing', instrument, ...span });
      if (plan.kind === 'refused') throw new Error(plan.why);
      return plan.run();
    };
    const alone = await backtestOn(FILE, {
      ...{ params: PARAMS, timeframe: '5m', orders: 'limit', instrumentId: 'NSE:INFY' as InstrumentId },
      sizing: { kind: 'fixed-value', paise: 5_000_000 },
    });
    expect(await endOf(runner(), 'infy')).toMatchObject({
      ...{ kind: 'done', netPaise: alone.json.netPaise, trades: alone.json.trades },
      candles: { timeframe: '1m', count: alone.json.candles.read },
    });
    expect(await endOf(runner(), 'TCS')).toMatchObject({
      ...{ kind: 'failed', why: expect.stringMatching(/^No candles are stored of TCS .* 5m candles could be made/) },
    });
    expect(await endOf(runner(300), 'INFY')).toEqual({
      ...{ kind: 'failed', why: 'It took too long and was ended: take fewer days.' },
    });
    expect(backtestsOf(process.pid)).toEqual([]);
  } finally {
    await account.close();
    await history.close();
  }
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
