import { describe, expect, it } from 'vitest';
import { formatClock, formatIst } from '../../src/core/time.ts';
import type { Database } from '../../src/db/database.ts';
import { PostgresSchedule, type ScheduleRun } from '../../src/db/postgres-schedule.ts';
import { openTestDesk, type TestDesk } from '../support/angel-one-simulator.ts';
import { ist } from '../support/fixed-calendar.ts';
import { live, passing, startLiveWorker, testAccount, until } from '../support/live-days.ts';

const DAY = '2026-11-17';
const AFTER = '2026-11-18';

function openDay(clock: string): Promise<TestDesk> {
  return openTestDesk({ start: ist(DAY, clock), isLoggedIn: false, behaviours: { totpClock: 'market' } });
}

function runsOf(database: Database): Promise<readonly ScheduleRun[]> {
  return new PostgresSchedule(database).since('2026-11-01');
}

function waitForRun(desk: TestDesk, database: Database, day: string, job: string): Promise<ScheduleRun> {
  return until(desk, async () => (await runsOf(database)).find((run) => run.day === day && run.job === job));
}

async function briefRuns(database: Database): Promise<readonly string[]> {
  return (await runsOf(database)).map(
    ({ day, job, status, level, time }) => `${day.slice(8)} ${formatClock(time).slice(0, 5)} ${job} ${status} ${level}`,
  );
}

async function alertsOf(database: Database): Promise<readonly { key: string; level: string; text: string }[]> {
  return database.sql<{ key: string; level: string; text: string }[]>`
    select key, level, text from alerts where kind = 'summary' or level = 'critical' order by time, key`;
}

/** Prices for some minutes, so that candles close. */
async function trade(desk: TestDesk, from: string, minutes: number, day = DAY): Promise<void> {
  const start = ist(day, from);
  for (let minute = 0; minute < minutes; minute++) {
    await live(desk, start + minute * 60_000);
    await desk.market.print(desk.infy, 1_500 + (minute % 3));
    // What was decided on the last candle goes out before its time is over.
    await passing(desk, new Promise((resolve) => setTimeout(resolve, 300)));
    await live(desk, start + minute * 60_000 + 30_000);
    await desk.market.print(desk.infy, 1_500 + (minute % 2));
  }
  await live(desk, start + minutes * 60_000 + 2_000);
  await passing(desk, new Promise((resolve) => setTimeout(resolve, 300)));
}

describe('the schedule of a worker that runs over days', () => {
  it('goes through a day: checklist, trades, square-off, report, logout, and a fresh start in the morning', {
    timeout: 90_000,
  }, async () => {
    const desk = await openDay('08:35');
    const { account, database } = await testAccount();
    let hasBought = false;
    const worker = startLiveWorker(desk, {
      account,
      decide: () => {
        if (hasBought) return undefined;
        hasBought = true;
        return { kind: 'ENTRY', side: 'BUY', reason: 'once' };
      },
    });
    await waitForRun(desk, database, DAY, 'new-day');
    await live(desk, ist(DAY, '08:56'));
    const checklist = await waitForRun(desk, database, DAY, 'checklist');
    expect(checklist.text.split('\n')).toEqual([
      'Pre-open checklist of 2026-11-17: all 9 items are well',
      "ok session: today's session is kept and good; the account trades NSE, NFO",
      "ok instruments: the broker's instrument list is there; it does not say of when it is",
      'ok address: orders from this address are let in (the answer was AB1013)',
      'ok stream: prices can come',
      expect.stringMatching(/^ok clock: /),
      'ok funds: ₹10,00,000.00 available at the broker',
      expect.stringMatching(/^ok calendar: shares through /),
      "ok recovery: the broker's books and ours agree: 0 positions, no order at work",
      'ok switches: entries are allowed',
    ]);
    await trade(desk, '09:15', 4);
    await until(desk, async () => (await database.sql`select 1 from fills`)[0]);
    await trade(desk, '15:00', 2);
    await until(desk, async () => (await database.sql`select 1 from trades`)[0]);
    await live(desk, ist(DAY, '15:46'));
    const report = await waitForRun(desk, database, DAY, 'report');
    const lines = report.text.split('\n');
    expect(lines[0]).toMatch(
      /^Day's report of 2026-11-17: net -₹\d+\.\d\d after charges, -₹\d+\.\d\d with what is open$/,
    );
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^orders: \d: 2 filled.*; 2 fills$/),
      expect.stringMatching(/^trades: 1, 0 won; gross /),
      expect.stringMatching(/^charges of the day's fills: ₹\d/),
      'positions left: none',
      'denied signals: none',
      "differences from the broker's books: none",
      expect.stringMatching(/^candles: \d+ of one minute, \d+ with a gap, \d+ fetched later$/),
      expect.stringMatching(/^calls since 08:35: \d+; fullest .*orderWrite \d of \d in a second/),
      expect.stringMatching(/^1\d:\d\d INFY long \d+: [\d,.]+ > [\d,.]+, -₹\d+\.\d\d \((signal|square off)\)$/),
    ]);
    await live(desk, ist(AFTER, '08:31'));
    await waitForRun(desk, database, AFTER, 'new-day');
    expect(worker.markets).toHaveLength(2);
    await live(desk, ist(AFTER, '08:56'));
    await waitForRun(desk, database, AFTER, 'checklist');
    expect(await briefRuns(database)).toEqual([
      '17 08:35 new-day DONE info',
      '17 08:55 checklist DONE info',
      '17 15:10 square-off NSE 15:30 DONE info',
      '17 15:45 report DONE info',
      expect.stringMatching(/^18 08:3\d new-day DONE info$/),
      '18 08:55 checklist DONE info',
    ]);
    const deeds = desk.simulator.ledger
      .report()
      .sessions.map(({ deed, time }) => `${formatIst(time).slice(8, 16)} ${deed}`);
    expect(deeds.filter((deed) => /logout/.test(deed))).toEqual(['17T16:00 logout']);
    const scheduled = (await alertsOf(database)).filter(({ key }) => key.startsWith('schedule/'));
    expect(scheduled.map(({ level, text }) => `${level} ${text.split(':')[0]}`)).toEqual([
      'info Pre-open checklist of 2026-11-17',
      "info Day's report of 2026-11-17",
      'info Pre-open checklist of 2026-11-18',
    ]);
    expect(worker.said.join('')).toContain("Day's report of 2026-11-17");
    // The new day trades: what was decided yesterday is not decided again, and candles come.
    await trade(desk, '09:15', 3, AFTER);
    const closed = () =>
      database.sql`select 1 from candles where open_time >= ${ist(AFTER, '09:15')} and timeframe = '1m'`;
    await until(desk, async () => ((await closed()).length >= 2 ? true : undefined));
  });

  it('runs nothing twice after a restart, on paper neither, and what is late says so', {
    timeout: 90_000,
  }, async () => {
    const desk = await openDay('09:09');
    const { account, database } = await testAccount();
    for (const [count, clock] of ['09:09', '09:12', '09:20'].entries()) {
      await live(desk, ist(DAY, clock));
      const worker = startLiveWorker(desk, { account, orders: 'paper', takesUp: 'switches' });
      await until(desk, async () => worker.markets[0]);
      await passing(desk, new Promise((resolve) => setTimeout(resolve, 500)));
      if (count === 0) await waitForRun(desk, database, DAY, 'checklist');
      await live(desk, ist(DAY, clock) + 60_000);
      await worker.stop();
    }
    expect(await briefRuns(database)).toEqual(['17 09:09 new-day DONE info', '17 09:09 checklist DONE info']);
    const [, checklist] = await runsOf(database);
    expect(checklist?.text).toMatch(/^Pre-open checklist of 2026-11-17, ran 14 min late: all 8 items are well\n/);
    expect(checklist?.text).toContain('ok recovery: on paper: 0 positions');
  });

  it('says what it was too late for, and makes the report of a day that ended without it', {
    timeout: 90_000,
  }, async () => {
    const desk = await openDay('15:06');
    const { account, database } = await testAccount();
    const first = startLiveWorker(desk, { account });
    await until(desk, async () => ((await runsOf(database)).length > 1 ? true : undefined));
    await first.stop();
    const skipped = 'Skipped, because nobody was there in time: Pre-open checklist of 2026-11-17 (due 08:55)';
    expect((await alertsOf(database)).map(({ text }) => text)).toEqual([skipped]);
    await live(desk, ist(AFTER, '08:10'));
    const second = startLiveWorker(desk, { account });
    await waitForRun(desk, database, DAY, 'report');
    await second.stop();
    expect((await alertsOf(database)).map(({ text }) => text.split('\n')[0]).sort()).toEqual([
      expect.stringMatching(/^Day's report of 2026-11-17, ran 16 h \d+ min late: net ₹0\.00 after charges$/),
      skipped,
      expect.stringMatching(/^Skipped, .*: Square-off check NSE 15:30 of 2026-11-17 \(due 15:10\)$/),
    ]);
  });

  it('is loud about an item that fails: orders are not taken from this address, and trading is halted', {
    timeout: 60_000,
  }, async () => {
    const desk = await openDay('08:50');
    const { account, database } = await testAccount();
    const fault = { kind: 'error-code', code: 'AG7002', message: 'IP not registered', count: 1 } as const;
    desk.simulator.arm({ ...fault, on: ['cancelOrder'] });
    startLiveWorker(desk, { account });
    await waitForRun(desk, database, DAY, 'new-day');
    await live(desk, ist(DAY, '08:56'));
    const checklist = await waitForRun(desk, database, DAY, 'checklist');
    expect(checklist.level).toBe('critical');
    expect(checklist.text).toMatch(
      /: \d of 9 items failed\n(.*\n)*FAIL address: the broker does not take orders from this address/,
    );
    const told = async () => (await alertsOf(database)).map(({ level, text }) => `${level} ${text.split(/[:\n]/)[0]}`);
    await until(desk, async () => ((await told()).includes('critical Trading is halted') ? true : undefined));
    expect(await told()).toContain('critical Pre-open checklist of 2026-11-17');
  });

  it('keeps the peak of the equity over a restart: the drawdown lock holds', { timeout: 60_000 }, async () => {
    const desk = await openDay('09:05');
    const { account, database } = await testAccount();
    const buys = {
      decide: () => ({ kind: 'ENTRY', side: 'BUY', reason: 'always' }) as const,
      product: 'DELIVERY' as const,
    };
    const first = startLiveWorker(desk, { account, ...buys });
    await waitForRun(desk, database, DAY, 'checklist');
    await trade(desk, '09:15', 3);
    await until(desk, async () => (await database.sql`select 1 from fills`)[0]);
    // Ten shares, 100 rupees up: a fifth of a per cent of five lakh.
    await desk.market.print(desk.infy, 1_600);
    await until(desk, async () => {
      const [row] = await database.sql<{ peak: number }[]>`
        select (value->>'peakEquityPaise')::float8 as peak from settings where name = 'equity-marks'`;
      return row !== undefined && row.peak > 5_00_900_00 ? row : undefined;
    });
    await first.stop();
    await desk.market.print(desk.infy, 1_500);
    const before = (await database.sql`select 1 from signals`).length;
    const second = startLiveWorker(desk, { account, ...buys, risk: { maxDrawdownPercent: 0.15 } });
    await until(desk, async () => second.markets[0]);
    await trade(desk, '09:25', 3);
    const codes = await until(desk, async () => {
      const rows = await database.sql<{ code: string | null }[]>`
        select denial_code as code from signals order by created_time offset ${before}`;
      return rows.length > 0 ? rows.map(({ code }) => code) : undefined;
    });
    expect(codes[0]).toBe('MAX_DRAWDOWN');
    await second.stop();
  });

  it('is loud about positions that the broker would close', { timeout: 60_000 }, async () => {
    const desk = await openDay('09:05');
    const { account, database } = await testAccount();
    const worker = startLiveWorker(desk, { account, decide: () => ({ kind: 'ENTRY', side: 'BUY', reason: 'always' }) });
    await waitForRun(desk, database, DAY, 'checklist');
    await trade(desk, '09:15', 3);
    await until(desk, async () => (await database.sql`select 1 from fills`)[0]);
    desk.simulator.arm({ kind: 'error-code', code: 'AB4008', message: 'ordertag length', on: ['placeOrder'] });
    await live(desk, ist(DAY, '15:11'));
    const check = await waitForRun(desk, database, DAY, 'square-off NSE 15:30');
    expect(check.text).toBe(
      'Square-off check NSE 15:30 of 2026-11-17: 1 intraday positions are still open, and the broker may close them from ' +
        '15:15 on: close them now ("npm run signalman -- squareoff", or by hand)\n10 INFY (scripted)',
    );
    expect((await alertsOf(database)).filter(({ key }) => key.startsWith('schedule/'))).toMatchObject([
      { key: 'schedule/2026-11-17 checklist' },
      { level: 'critical', key: 'schedule/2026-11-17 square-off NSE 15:30' },
    ]);
    await worker.stop();
  });
});
