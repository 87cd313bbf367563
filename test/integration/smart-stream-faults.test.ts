import { describe, expect, it, onTestFinished } from 'vitest';
import { OrderWatch } from '../../src/brokers/angel-one/order-stream/order-watch.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import { TickGate } from '../../src/feed/tick-gate.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { CALL, INFY, NIFTY } from '../support/angel-one-simulator.ts';
import { FAST_LINK, openStreamDesk, type StreamDesk } from '../support/angel-one-stream.ts';

const ALL = [INFY.id, NIFTY.id, CALL.id];
const HALF_MINUTE_MS = 30_000;

/** All three are subscribed to and have told a price. */
async function openAndSubscribe(...args: Parameters<typeof openStreamDesk>): Promise<StreamDesk> {
  const desk = await openStreamDesk(...args);
  await printAll(desk, 1);
  desk.stream.subscribe(ALL);
  await expect.poll(() => new Set(desk.ticks.map(({ instrumentId }) => instrumentId)).size).toBe(3);
  return desk;
}

async function printAll({ market }: Pick<StreamDesk, 'market'>, step: number): Promise<void> {
  for (const [id, price] of pricesAt(step)) await market.print(market.listing(id), price, 75);
}

function pricesAt(step: number): ReadonlyMap<InstrumentId, number> {
  return new Map([INFY, NIFTY, CALL].map(({ id }, i) => [id, 100 * (i + 1) + step / 20]));
}

/** Whatever has happened: the broker carries all three, on one connection, and their next prices come through. */
async function expectAllAlive(desk: StreamDesk, step = 100): Promise<void> {
  const { simulator, ticks } = desk;
  const open = () => simulator.streamCounters.connections.filter(({ isOpen, stream }) => isOpen && stream === 'market');
  await expect
    .poll(() => open().map(({ isHalfOpen, subscriptions }) => [isHalfOpen, subscriptions]))
    .toContainEqual([false, 3]);
  const from = ticks.length;
  await printAll(desk, step);
  await expect
    .poll(() => new Map(ticks.slice(from).map(({ instrumentId, lastPrice }) => [instrumentId, lastPrice])))
    .toEqual(pricesAt(step));
}

describe('a link that breaks', () => {
  it.each(['close-frame', 'abrupt', 'reset'] as const)(
    'by %s, before anything is subscribed and after it, loses no subscription',
    async (how) => {
      const desk = await openStreamDesk();
      const { stream, simulator, count, events } = desk;
      stream.subscribe(ALL);
      // The upgrade is done, the subscriptions are on their way.
      await expect.poll(() => simulator.streamFaults.drop(how, { stream: 'market' }), { interval: 1 }).toBe(1);
      await expectAllAlive(desk, 1);
      const before = count('disconnected');
      expect(simulator.streamFaults.drop(how)).toBe(1);
      await expect.poll(() => count('gap')).toBeGreaterThan(0);
      await expectAllAlive(desk, 2);
      expect(count('disconnected')).toBe(before + 1);
      const told = events.filter(({ type }) => type === 'disconnected' || type === 'gap');
      expect(told.map((event) => 'instrumentIds' in event && event.instrumentIds)).toEqual(told.map(() => ALL));
      expect(count('refused')).toBe(0);
    },
  );

  it('without a word is given up for dead, and a zombie does not keep us out', async () => {
    const desk = await openAndSubscribe();
    const { simulator, count, events } = desk;
    simulator.streamFaults.halfOpen();
    await expect.poll(() => count('disconnected'), { timeout: 2_000 }).toBe(1);
    expect(events.find(({ type }) => type === 'disconnected')).toMatchObject({
      instrumentIds: ALL,
      reason: 'market stream 1: nothing was heard for 300 ms',
    });
    await expectAllAlive(desk);
  });

  it('with three zombies at the broker gets in when one is gone, and says what is in the way', async () => {
    const desk = await openAndSubscribe();
    const { simulator, count, events } = desk;
    // Half-open ones stay with the broker when we leave: by the fourth try all three are taken.
    for (let taken = 1; taken <= 3; taken += 1) {
      simulator.streamFaults.halfOpen();
      await expect.poll(() => count('disconnected'), { timeout: 3_000 }).toBe(taken);
      if (taken < 3) await expect.poll(() => count('connected'), { timeout: 3_000 }).toBe(taken + 1);
    }
    await expect.poll(() => count('refused'), { timeout: 3_000 }).toBe(1);
    expect(events.find(({ type }) => type === 'refused')).toMatchObject({
      reason: expect.stringMatching(/answered 429.*three connections a stream: end other programs/),
    });
    simulator.streamFaults.drop('reset');
    await expectAllAlive(desk);
  });

  it('while the broker is down is kept up with pauses, and is no reason for a login', async () => {
    const desk = await openAndSubscribe();
    const { simulator, count } = desk;
    simulator.streamFaults.goDown('reset');
    await expect.poll(() => simulator.streamCounters.refusals.get(503) ?? 0).toBeGreaterThan(3);
    simulator.streamFaults.comeUp();
    await expectAllAlive(desk);
    expect([count('disconnected'), count('gap'), count('refused')]).toEqual([1, 1, 0]);
    expect(logins(desk)).toBe(1);
  });
});

describe('frames that are spoiled', () => {
  it('are counted by reason when they are cut, and cost a tick at most', async () => {
    const desk = await openAndSubscribe();
    for (const at of [0, 1, 50, 51, 122, 123, 378]) {
      desk.simulator.streamFaults.spoil({ kind: 'truncate', count: 1, at });
      await desk.market.print(desk.infy, 1_501);
    }
    await expect.poll(() => desk.stream.refusals['too-short']).toBe(7);
    await expectAllAlive(desk);
    expect(desk.count('disconnected')).toBe(0);
  });

  it('are taken when they are longer than we know', async () => {
    const desk = await openAndSubscribe();
    desk.simulator.streamFaults.spoil({ kind: 'lengthen', count: 3 });
    await expectAllAlive(desk);
    expect(Object.values(desk.stream.refusals).every((refused) => refused === 0)).toBe(true);
  });

  it.each([
    [0, ['unknown-mode', 'withdrawn-depth', 'too-short']],
    [1, ['unknown-segment', 'unknown-token']],
    [2, ['unknown-token', 'bad-token']],
    [42, ['bad-time']],
    [50, ['bad-price']],
    [74, ['bad-volume']],
  ] as const)('with a byte changed at %d are turned away for it', async (at, reasons) => {
    const desk = await openAndSubscribe();
    const from = desk.ticks.length;
    desk.simulator.streamFaults.spoil({ kind: 'corrupt', count: 1, at });
    await desk.market.print(desk.infy, 1_502);
    const refused = () => reasons.reduce((sum, reason) => sum + desk.stream.refusals[reason], 0);
    await expect.poll(refused).toBe(1);
    expect(desk.ticks.length).toBe(from);
    await expectAllAlive(desk);
  });

  it('at random never become a tick that is none', async () => {
    const desk = await openAndSubscribe();
    const stop = desk.simulator.streamFaults.spoil({ kind: 'corrupt' });
    for (let step = 0; step < 300; step += 1) await desk.market.print(desk.infy, 1_500 + step / 20);
    stop();
    await expectAllAlive(desk);
    for (const { instrumentId, lastPrice, volume, time } of desk.ticks) {
      expect(ALL).toContain(instrumentId);
      expect(lastPrice > 0 && Number.isFinite(lastPrice) && volume >= 0 && Number.isFinite(time)).toBe(true);
    }
    const refused = Object.values(desk.stream.refusals).reduce((sum, each) => sum + each, 0);
    expect(refused).toBeGreaterThan(0);
    expect(desk.stream.decoded + refused, 'each packet became a tick or was counted').toBe(
      desk.simulator.streamCounters.frames,
    );
    expect(desk.count('disconnected')).toBe(0);
  });

  it.each([
    ['duplicate', { duplicate: 10, 'out-of-order': 0 }],
    ['reorder', { duplicate: 0, 'out-of-order': 5 }],
  ] as const)('sent as a %s reach the engine once and in order', async (kind, turnedAway) => {
    const desk = await openAndSubscribe();
    const from = desk.ticks.length;
    const stop = desk.simulator.streamFaults.spoil({ kind, ...(kind === 'reorder' ? { percent: 100 } : {}) });
    for (let step = 1; step <= 10; step += 1) await desk.market.print(desk.infy, 1_500 + step / 20);
    stop();
    await expect.poll(() => desk.ticks.length - from).toBe(kind === 'duplicate' ? 20 : 10);
    const gate = new TickGate();
    const taken = desk.ticks.slice(from).filter((tick) => gate.takes(tick));
    const sequences = taken.map(({ sequence }) => sequence ?? 0);
    expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
    expect(gate.refusals).toEqual({ 'bad-price': 0, 'bad-volume': 0, ...turnedAway });
    await expectAllAlive(desk);
  });

  it('that are lost or late leave the link alone', async () => {
    const desk = await openAndSubscribe();
    const from = desk.ticks.length;
    desk.simulator.streamFaults.spoil({ kind: 'lose', count: 2 });
    const onTime = desk.simulator.streamFaults.delay(100);
    for (let step = 1; step <= 4; step += 1) await desk.market.print(desk.infy, 1_500 + step / 20);
    await expect.poll(() => desk.ticks.slice(from).map(({ lastPrice }) => lastPrice)).toEqual([1_500.15, 1_500.2]);
    onTime();
    await expectAllAlive(desk);
    expect(desk.count('disconnected')).toBe(0);
  });

  it('of a broker that answers pings and sends no price do not break the link', async () => {
    const desk = await openAndSubscribe();
    const goOn = desk.simulator.streamFaults.swallow({ stream: 'market' });
    await new Promise((resolve) => setTimeout(resolve, 2 * FAST_LINK.deadLinkMs));
    expect(desk.count('disconnected')).toBe(0);
    goOn();
    await expectAllAlive(desk);
  });
});

describe('a door that is shut', () => {
  it('to dead tokens opens after one login, while connected', async () => {
    const desk = await openAndSubscribe();
    const { simulator, market, count, events } = desk;
    simulator.accounts.expire(TEST_ACCOUNT.clientCode);
    await expect.poll(() => count('disconnected')).toBe(1);
    expect(events.find(({ type }) => type === 'disconnected')).toMatchObject({
      instrumentIds: ALL,
      reason: 'market stream 1: closed by the broker (1008)',
    });
    // A code is good for one login: the next one comes with the next half minute.
    await market.reach(market.clock.now() + HALF_MINUTE_MS);
    await expect.poll(() => count('gap'), { timeout: 5_000 }).toBe(1);
    await expectAllAlive(desk);
    expect([logins(desk), count('refused')]).toEqual([2, 0]);
  });

  it('to every token: told once with what to do, few logins, and open again by itself', async () => {
    const desk = await openAndSubscribe();
    const { simulator, market, count, events, troubles } = desk;
    simulator.streamFaults.refuseNext('market', { status: 401, message: 'Invalid Feed Token' }, 1_000_000);
    simulator.streamFaults.drop('reset');
    // An hour of the market in which the stream calls each login bad at once.
    for (let step = 0; step < 120; step += 1) {
      await market.reach(market.clock.now() + HALF_MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    expect(count('refused')).toBe(1);
    expect(events.find(({ type }) => type === 'refused')).toMatchObject({
      reason: expect.stringMatching(/^the broker answered 401: Invalid Feed Token\. New logins do not help: check/),
    });
    expect(troubles.length).toBeLessThanOrEqual(1);
    expect(logins(desk), 'fewer than one in two minutes').toBeLessThan(30);

    simulator.streamFaults.clear();
    await expect
      .poll(() => market.reach(market.clock.now() + HALF_MINUTE_MS).then(() => count('gap')), { timeout: 5_000 })
      .toBe(1);
    await expectAllAlive(desk);
  });
});

describe('the order stream', () => {
  it('lives on pongs of a single NUL', async () => {
    const { simulator, credentials, angel, book, market } = await openStreamDesk();
    const links: boolean[] = [];
    const watch = new OrderWatch({
      ...{ url: simulator.endpoints.orderStream, credentials, tokens: angel.session, clock: market.clock },
      ...{ random: () => 0.5, timings: FAST_LINK, hasWorking: () => false },
      orders: () => angel.broker(book).orders(),
      listener: { onUpdate: () => {}, onFill: () => {}, onLink: (isUp) => links.push(isUp) },
    });
    onTestFinished(() => watch.close());
    await expect.poll(() => links).toEqual([true]);
    await new Promise((resolve) => setTimeout(resolve, 3 * FAST_LINK.deadLinkMs));
    expect([links, watch.counts.malformed]).toEqual([[true], 0]);
  });
});

function logins({ simulator }: StreamDesk): number {
  return simulator.ledger.report().calls.login?.done ?? 0;
}
