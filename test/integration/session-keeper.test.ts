import { expect, it, onTestFinished } from 'vitest';
import { openAngelOne } from '../../src/brokers/angel-one/open-angel-one.ts';
import { profile } from '../../src/brokers/angel-one/rest/portfolio-calls.ts';
import type { TokenStore } from '../../src/brokers/angel-one/session/angel-one-session.ts';
import type { StoredTokens } from '../../src/brokers/angel-one/session/sealed-tokens.ts';
import { SmartStream } from '../../src/brokers/angel-one/stream/smart-stream.ts';
import { formatIst } from '../../src/core/time.ts';
import type { FeedEvent } from '../../src/ports/market-feed.ts';
import { SessionKeeper } from '../../src/worker/session-keeper.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { INFY } from '../support/angel-one-simulator.ts';
import { FAST_LINK, openStreamDesk, type StreamDesk } from '../support/angel-one-stream.ts';
import { fixedCalendar, ist } from '../support/fixed-calendar.ts';

/** Sessions as the simulated broker has seen them: day, time of day, what. */
function story({ simulator }: StreamDesk): readonly string[] {
  return simulator.ledger
    .report()
    .sessions.map(({ deed, time }) => `${formatIst(time).slice(8, 16).replace('T', ' ')} ${deed}`);
}

function keep({ angel, market }: StreamDesk, warnings: string[], troubles: string[]): SessionKeeper {
  const keeper = new SessionKeeper({
    ...{ session: angel.session, clock: market.clock, calendar: fixedCalendar, instruments: [INFY] },
    log: { info: () => undefined, warn: (...words: unknown[]) => void warnings.push(JSON.stringify(words)) },
    onTrouble: (text) => troubles.push(text),
  });
  keeper.start();
  onTestFinished(() => keeper.close());
  return keeper;
}

/** Minute by minute, so that answers come in between. */
async function live({ market }: StreamDesk, until: number): Promise<void> {
  while (market.clock.now() < until) {
    await market.reach(Math.min(until, market.clock.now() + 60_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

it('keeps a session over two days, and a stream that waits through the night goes on in the morning', {
  timeout: 60_000,
}, async () => {
  const desk = await openStreamDesk({ start: ist('2026-11-17', '08:30') });
  const { angel, market, simulator, infy, credentials, book } = desk;
  const warnings: string[] = [];
  const troubles: string[] = [];
  await angel.session.tokens();
  const keeper = keep(desk, warnings, troubles);
  const events: FeedEvent[] = [];
  const prices: number[] = [];
  const stream = new SmartStream({
    ...{ url: simulator.endpoints.marketStream, credentials, tokens: keeper, book, clock: market.clock },
    listener: { onTick: ({ lastPrice }) => prices.push(lastPrice), onEvent: (event) => events.push(event) },
    ...{ timings: { ...FAST_LINK, firstTickMs: 60_000 }, random: () => 0.5 },
  });
  onTestFinished(() => stream.close());
  stream.subscribe([INFY.id]);
  await expect.poll(() => prices).toEqual([1_500]);
  await live(desk, ist('2026-11-18', '00:01'));
  // The feed token outlives the logout; at midnight the broker ends the stream.
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['connected', 'disconnected']);
  await live(desk, ist('2026-11-18', '08:29'));
  expect(events).toHaveLength(2);
  await live(desk, ist('2026-11-18', '08:31'));
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['connected', 'disconnected', 'connected', 'gap']);
  await market.print(infy, 1_501);
  await expect.poll(() => prices.at(-1)).toBe(1_501);
  await live(desk, ist('2026-11-18', '16:30'));
  await expect
    .poll(() => story(desk))
    .toEqual([
      '17 08:30 login',
      '17 13:30 refresh',
      // Shares without derivatives: no closing auction.
      '17 16:00 logout',
      '18 00:00 expired',
      '18 08:30 login',
      '18 13:30 refresh',
      '18 16:00 logout',
    ]);
  expect([warnings, troubles, desk.halts, desk.troubles]).toEqual([[], [], [], []]);
});

it('leaves the session to the next start, which does not log in again', async () => {
  const desk = await openStreamDesk({ start: ist('2026-11-17', '10:00') });
  const { market, simulator, credentials } = desk;
  let kept: StoredTokens | undefined;
  const store: TokenStore = {
    load: async () => kept,
    save: async (stored) => {
      kept = stored;
    },
    clear: async () => {
      kept = undefined;
    },
  };
  const begin = async () => {
    const angel = openAngelOne({
      ...{ credentials, endpoints: simulator.endpoints, clock: market.clock, calendar: fixedCalendar, store },
      callLog: {
        record: () => Promise.resolve({ isCounted: true, callId: '1' }),
        withdraw: () => Promise.resolve(),
        rest: () => Promise.resolve(),
      },
      ...{ onHalt: () => {}, onError: () => {} },
    });
    await angel.session.tokens();
    const keeper = keep({ ...desk, angel }, [], []);
    return { angel, keeper, close: () => Promise.all([keeper.close(), angel.close()]) };
  };
  const first = await begin();
  await first.close();
  await market.reach(ist('2026-11-17', '10:05'));
  const second = await begin();
  expect(await profile(second.angel.client)).toMatchObject({ kind: 'done' });
  expect(story(desk)).toEqual(['17 10:00 login']);
  await live({ ...desk, angel: second.angel }, ist('2026-11-17', '16:01'));
  await expect.poll(() => kept, { message: 'what was logged out is not kept' }).toBeUndefined();
  await second.close();
  expect(story(desk)).toEqual(['17 10:00 login', '17 15:00 refresh', '17 16:00 logout']);
});

it('tells a logout that fails and goes on; a broker that is down in the morning is asked until it is there', {
  timeout: 60_000,
}, async () => {
  const desk = await openStreamDesk({ start: ist('2026-11-17', '15:00') });
  const { angel, simulator } = desk;
  const warnings: string[] = [];
  const troubles: string[] = [];
  await angel.session.tokens();
  const keeper = keep(desk, warnings, troubles);
  simulator.arm({ kind: 'gateway', on: ['logout'] });
  await live(desk, ist('2026-11-17', '16:01'));
  await expect.poll(() => warnings).toEqual([expect.stringContaining('ends at midnight by itself')]);
  const down = simulator.arm({ kind: 'gateway', on: ['login'] });
  await live(desk, ist('2026-11-18', '08:40'));
  await expect
    .poll(() => troubles)
    .toEqual([expect.stringMatching(/^There is no session with the broker, it is tried/)]);
  simulator.lift(down);
  await live(desk, ist('2026-11-18', '09:00'));
  expect((await keeper.tokens()).jwt).not.toBe('');
  const logins = Object.values(simulator.ledger.report().calls.login ?? {}).reduce((sum, each) => sum + each, 0);
  expect(logins, 'a handful').toBeLessThan(20);
  expect(troubles.slice(1)).toEqual(['There is a session with the broker again']);
  expect(desk.halts).toEqual([]);
});

it.each([
  ['another MPIN', { mpin: '9999' }, /AB1007.*ANGEL_MPIN/],
  ['a key that has expired', { apiKey: 'another-key' }, /ANGEL_API_KEY.*AG8004/],
  ['another TOTP secret', { totpSecret: 'MADEUPSECRETMADEUPSECRETMADEUPSE' }, /ANGEL_TOTP_SECRET.*AB1050/],
])('%s in the morning halts trading once, without a storm', { timeout: 60_000 }, async (_, changes, words) => {
  const desk = await openStreamDesk({ start: ist('2026-11-17', '15:00') });
  const { angel, simulator } = desk;
  const troubles: string[] = [];
  await angel.session.tokens();
  keep(desk, [], troubles);
  await live(desk, ist('2026-11-18', '08:29'));
  const before = simulator.ledger.report().sessions.length;
  // The owner has changed it at the broker over night.
  Object.assign(simulator.accounts.all[0] ?? {}, changes);
  if ('totpSecret' in changes) simulator.accounts.skewMs = 600_000;
  await live(desk, ist('2026-11-18', '10:30'));
  expect(desk.halts).toEqual([expect.stringMatching(words)]);
  expect(troubles, 'told once').toEqual([]);
  expect(simulator.ledger.report().sessions.length - before).toBeLessThanOrEqual(2);
  expect(JSON.stringify([desk.halts, troubles])).not.toContain(TEST_ACCOUNT.totpSecret);
});
