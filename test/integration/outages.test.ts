/**
 * Redis and PostgreSQL go away under a worker that trades in live mode, each in its own way, and come back: real servers,
 * really killed and stopped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { atPrice } from '../../bench/wire/at-price.ts';
import { FIRST_PRICE, openWireDesk, SHARE, type WireDesk, type WireDeskOptions } from '../../bench/wire/wire-desk.ts';
import { type RedisServer, redisServerPath, startRedis } from '../support/redis-server.ts';
import { type SlowProxy, startSlowProxy } from '../support/slow-proxy.ts';
import { serverProcesses } from '../support/worker-process.ts';

/** Longer than a lease waits for its database, and than a standby for a silent holder; OUTAGE_SECONDS=60 waits a minute. */
const AWAY_MS = Number(process.env.OUTAGE_SECONDS ?? 14) * 1_000;
const PATIENT = 180_000 + 2 * AWAY_MS;
const DECISIONS = { before: 4, meanwhile: 8, after: 4 };
const PRICES = Array.from({ length: DECISIONS.before + DECISIONS.meanwhile + DECISIONS.after }, (_, index) =>
  Number((FIRST_PRICE + (index + 1) * SHARE.tickSize).toFixed(2)),
);

/** A worker that buys a share at each of the prices, and what its broker is asked by when. */
async function openDesk({ onTestFinished }: TestContext, options: Omit<WireDeskOptions, 'strategies'> = {}) {
  const strategies = PRICES.map((price, index) => ({
    ...{ id: `at-${index}`, strategy: atPrice.name, instruments: [SHARE.id], timeframe: '1m', params: { price } },
    ...{ product: 'INTRADAY', sizing: { kind: 'fixed-quantity', quantity: 1 } },
  }));
  const desk = await openWireDesk({ ...options, strategies });
  onTestFinished(() => desk.close());
  const calls: string[] = [];
  desk.tap.onCall = ({ path }) => void calls.push(path.split('/').at(-1) ?? path);
  await desk.startWorker();
  const prices = [...PRICES];
  return {
    ...desk,
    /** Orders that were sent since the last time this was asked, and everything else that changes something. */
    writes: () => calls.splice(0).filter((name) => /place|modify|cancel/i.test(name)),
    async play(count: number, everyMs: number) {
      for (const price of prices.splice(0, count)) {
        desk.print(price);
        await sleep(everyMs);
      }
    },
  };
}

type Desk = Awaited<ReturnType<typeof openDesk>>;

/** What became of it all, as far as the books tell; once everything has settled. */
async function booksOf({ database: { sql } }: WireDesk) {
  const [row] = await sql`
    select (select count(*) from signals)::int as signals,
      (select count(*) from orders where status in ('INITIALIZED', 'SUBMITTING', 'UNKNOWN'))::int as unsent,
      (select count(*) from job_outbox where queued_time is null)::int as unqueued,
      (select count(*) from alerts where sent_time is null)::int as untold`;
  return row;
}

const SETTLED = { signals: PRICES.length, unsent: 0, unqueued: 0, untold: 0 };

/** Entries whose minute was over before they could be sent. */
async function expired({ database: { sql } }: WireDesk): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from orders where role = 'ENTRY' and status = 'EXPIRED' and broker_order_id is null`;
  return row?.count ?? 0;
}

async function systemAlerts({ database: { sql } }: WireDesk): Promise<readonly string[]> {
  const rows = await sql<{ text: string }[]>`
    select text from alerts where kind = 'system' and topic is null order by time`;
  return rows.map(({ text }) => text);
}

/** Orders for every price before, none meanwhile, those that wait and the later ones afterwards. */
async function tradeThrough({ expect }: TestContext, desk: Desk, goAway: () => unknown, comeBack: () => unknown) {
  const entries = (): number => desk.writes().filter((name) => name === 'placeOrder').length;
  await desk.play(DECISIONS.before, 300);
  await expect.poll(() => booksOf(desk)).toMatchObject({ signals: DECISIONS.before, unsent: 0, unqueued: 0 });
  expect(entries()).toBe(DECISIONS.before);
  await goAway();
  await desk.play(DECISIONS.meanwhile, AWAY_MS / DECISIONS.meanwhile);
  expect(desk.writes(), 'nothing is sent meanwhile').toEqual([]);
  await comeBack();
  let sent = 0;
  const taken = async (): Promise<number> => {
    sent += entries();
    return sent + (await expired(desk));
  };
  await expect.poll(taken, { timeout: 40_000 }).toBe(DECISIONS.meanwhile);
  expect(sent, 'those whose time has not passed').toBeGreaterThan(0);
  await desk.play(DECISIONS.after, 300);
  await expect.poll(() => booksOf(desk), { timeout: 30_000 }).toEqual(SETTLED);
  expect(entries()).toBe(DECISIONS.after);
  const { faults } = await desk.truth();
  expect(faults).toEqual([]);
}

describe.concurrent('a worker that trades', () => {
  test('outlasts a Redis that is killed and comes back empty', { timeout: PATIENT }, async (context) => {
    const { expect, onTestFinished } = context;
    const program = redisServerPath();
    expect(program, 'redis-server is needed').toBeDefined();
    const redis: RedisServer = await startRedis(program ?? '');
    onTestFinished(() => redis.kill());
    const desk = await openDesk(context, { redisUrl: redis.url });
    await tradeThrough(
      context,
      desk,
      () => redis.kill(),
      () => redis.replace(),
    );
    const alerts = await systemAlerts(desk);
    expect(alerts.join('\n')).toMatch(
      /^The queue can not be reached: no entry is sent .*\nThe queue is back after \d+ s/,
    );
  });

  test('outlasts a PostgreSQL that does not answer', { timeout: PATIENT }, async (context) => {
    const { expect, onTestFinished } = context;
    const desk = await openDesk(context);
    const all = (signal: NodeJS.Signals): void => {
      for (const pid of serverProcesses(desk.folder)) process.kill(pid, signal);
    };
    onTestFinished(() => all('SIGCONT'));
    await tradeThrough(
      context,
      desk,
      () => all('SIGSTOP'),
      () => all('SIGCONT'),
    );
    const [text, ...others] = await systemAlerts(desk);
    const [, seconds, events] =
      /^The database was away for (\d+) s.* (\d+) prices and updates and \d+ candles waited/.exec(text ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(AWAY_MS / 1_000 - 3);
    expect(Number(events)).toBeGreaterThan(0);
    expect(others).toEqual([]);
  });

  test('outlasts a PostgreSQL that can not be reached', { timeout: PATIENT }, async (context) => {
    const { expect, onTestFinished } = context;
    let proxy: SlowProxy | undefined;
    onTestFinished(() => proxy?.close());
    const desk = await openDesk(context, {
      databaseUrl: async (direct) => {
        proxy = await startSlowProxy(direct);
        return proxy.plainUrl;
      },
    });
    await tradeThrough(
      context,
      desk,
      () => proxy?.refuse(),
      () => proxy?.letGo(),
    );
    expect(await systemAlerts(desk)).toContainEqual(expect.stringMatching(/^The database was away for \d+ s/));
  });
});
