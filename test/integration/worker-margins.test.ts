import { expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { openTestDesk, type TestDesk } from '../support/angel-one-simulator.ts';
import { ist } from '../support/fixed-calendar.ts';
import { live, passing, startLiveWorker, testAccount, until } from '../support/live-days.ts';

const DAY = '2026-11-17';
/** Of 10 INFY at 1,500 within the day the simulated broker blocks a fifth: 3,000. */
const QUANTITY = 10;

/** An account with so many rupees; the bot is configured for five lakh. */
function openAccount(rupees: number): Promise<TestDesk> {
  return openTestDesk({
    start: ist(DAY, '09:10'),
    isLoggedIn: false,
    behaviours: { totpClock: 'market' },
    account: { ...TEST_ACCOUNT, fundsPaise: rupees * 100 },
  });
}

const ALWAYS = () => ({ kind: 'ENTRY', side: 'BUY', reason: 'always' }) as const;

/** Some candles close, and what is decided on each goes out before the next. */
async function candles(desk: TestDesk, from: string, count = 3): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    const time = ist(DAY, from) + minute * 60_000;
    await live(desk, time + 5_000);
    await desk.market.print(desk.infy, 1_500);
    await live(desk, time + 58_000);
    await passing(desk, new Promise((resolve) => setTimeout(resolve, 400)));
  }
}

function signalsOf(database: Database): Promise<readonly { code: string | null; denial: unknown }[]> {
  return database.sql`select denial_code as code, denial from signals order by created_time`;
}

async function waitForSignal(desk: TestDesk, database: Database, count: number) {
  return until(desk, async () => {
    const signals = await signalsOf(database);
    return signals.length >= count ? signals : undefined;
  });
}

it('denies an entry that the account can not pay, though the configured capital could', {
  timeout: 60_000,
}, async () => {
  const desk = await openAccount(2_999);
  const { account, database } = await testAccount();
  const risk = { intradayMarginPercent: 10 };
  const worker = startLiveWorker(desk, { account, decide: ALWAYS, quantity: QUANTITY, risk });
  await until(desk, async () => worker.markets[0]);
  await candles(desk, '09:15');
  const [first] = await waitForSignal(desk, database, 1);
  expect(first).toEqual({
    code: 'INSUFFICIENT_MARGIN',
    // Our own estimate would have been 1,500.
    denial: { code: 'INSUFFICIENT_MARGIN', neededPaise: 3_000_00, availablePaise: 2_999_00 },
  });
  expect(await database.sql`select * from orders`).toEqual([]);
  const { calls } = desk.simulator.ledger.report();
  expect(calls.funds?.done ?? 0).toBeGreaterThan(0);
  expect(calls.margin?.done ?? 0).toBeGreaterThan(0);
  await worker.stop();
  const count = (await signalsOf(database)).length;
  // A restart knows nothing of what was said before: it asks again before the first price.
  const asked = desk.simulator.ledger.report().calls.funds?.done ?? 0;
  const again = startLiveWorker(desk, { account, decide: ALWAYS, quantity: QUANTITY, risk });
  await until(desk, async () => again.markets[0]);
  await candles(desk, '09:20');
  const signals = await waitForSignal(desk, database, count + 1);
  expect(new Set(signals.map(({ code }) => code))).toEqual(new Set(['INSUFFICIENT_MARGIN']));
  expect(signals.at(-1)).toMatchObject({ denial: { availablePaise: 2_999_00 } });
  expect(desk.simulator.ledger.report().calls.funds?.done ?? 0).toBeGreaterThan(asked);
  await again.stop();
});

it('allows what can be paid, once: the same money does not pay the next entry', { timeout: 60_000 }, async () => {
  const desk = await openAccount(3_500);
  const { account, database } = await testAccount();
  let count = 0;
  const worker = startLiveWorker(desk, {
    ...{ account, quantity: QUANTITY, risk: { intradayMarginPercent: 10, maxOpenPositions: 5 } },
    decide: () => {
      count += 1;
      return { kind: 'ENTRY', side: 'BUY', reason: 'always' };
    },
  });
  await until(desk, async () => worker.markets[0]);
  await candles(desk, '09:15');
  await until(desk, async () => (await database.sql`select 1 from fills`)[0]);
  expect(count).toBeGreaterThan(0);
  expect((await signalsOf(database))[0]).toEqual({ code: null, denial: null });
  await worker.stop();
});

it('goes by its own estimate when the broker can not be asked, and says so', { timeout: 60_000 }, async () => {
  const desk = await openAccount(2_999);
  const { account, database } = await testAccount();
  desk.simulator.arm({ kind: 'gateway', on: ['funds'] });
  const worker = startLiveWorker(desk, {
    account,
    decide: ALWAYS,
    quantity: QUANTITY,
    risk: { intradayMarginPercent: 10 },
  });
  await until(desk, async () => worker.markets[0]);
  await candles(desk, '09:15');
  const [first] = await waitForSignal(desk, database, 1);
  expect(first?.code, 'the broker itself will refuse it').toBeNull();
  await live(desk, ist(DAY, '09:26'));
  const told = () => database.sql`select 1 from alerts where text like 'The broker can not be asked for the account%'`;
  await until(desk, async () => (await told())[0]);
  await worker.stop();
});
