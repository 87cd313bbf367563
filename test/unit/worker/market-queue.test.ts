import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import type { EngineEvent } from '../../../src/ports/engine-event.ts';
import { MarketClock } from '../../../src/worker/market-clock.ts';
import { MarketQueue, withTimers } from '../../../src/worker/market-queue.ts';
import { SystemClock } from '../../../src/worker/system-clock.ts';

const ID = 'NSE:INFY' as InstrumentId;
const tickAt = (time: number): Tick => ({
  ...{ instrumentId: ID, time, lastPrice: 100, volume: 0, openInterest: null, bid: null, ask: null, sequence: null },
});

const waitingFor = (nextTimer: number, nextClose: number) => ({ nextTimer, parts: { candles: { nextClose } } });

async function all(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const taken: EngineEvent[] = [];
  for await (const event of events) taken.push(event);
  return taken;
}

describe('the market queue', () => {
  it('gives what came in the order it came, and ends after its end', async () => {
    const queue = new MarketQueue(() => {});
    queue.onTick(tickAt(1));
    queue.onEvent({ type: 'gap', instrumentIds: [ID], from: 1, to: 2 });
    const taken = all(queue);
    queue.onTick(tickAt(3));
    setTimeout(() => {
      queue.onTick(tickAt(4));
      queue.end();
      queue.onTick(tickAt(5));
    }, 5);
    expect((await taken).map(({ type }) => type)).toEqual(['tick', 'gap', 'tick', 'tick']);
  });

  it('tells of links but gives the engine only what concerns it', async () => {
    const told: string[] = [];
    const queue = new MarketQueue(({ type }) => told.push(type));
    queue.onEvent({ type: 'connected', time: 1 });
    queue.onEvent({ type: 'refused', reason: 'a wrong key', time: 2 });
    queue.end();
    expect(await all(queue)).toEqual([]);
    expect(told).toEqual(['connected', 'refused']);
  });

  it('marks a gap as open when the stream breaks, and ends it when the stream is back', async () => {
    const queue = new MarketQueue(() => {});
    queue.onEvent({ type: 'disconnected', instrumentIds: [ID], since: 5, time: 7, reason: 'reset' });
    expect(queue.heldUntil).toBe(10_007);
    queue.onEvent({ type: 'gap', instrumentIds: [ID], from: 5, to: 9 });
    expect(queue.heldUntil).toBe(Number.NEGATIVE_INFINITY);
    queue.end();
    expect(await all(queue)).toEqual([
      { type: 'gap', instrumentIds: [ID], from: 5, to: Number.POSITIVE_INFINITY },
      { type: 'gap', instrumentIds: [ID], from: 5, to: 9 },
    ]);
  });

  it('fails with what ended it, after all that came before', async () => {
    const queue = new MarketQueue(() => {});
    queue.onTick(tickAt(1));
    queue.end(new Error('The link is lost for good'));
    const events = queue[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: 'tick' });
    await expect(events.next()).rejects.toThrow('The link is lost for good');
  });
});

describe('events with timers', () => {
  it('brings a timer when the clock reaches what the engine waits for', async () => {
    const queue = new MarketQueue(() => {});
    const clock = new SystemClock(1_000, 1);
    const engine = waitingFor(1_030, Number.POSITIVE_INFINITY);
    const stop = new AbortController();
    const events = withTimers(queue, engine, clock, stop.signal);
    expect((await events.next()).value).toEqual({ type: 'timer', time: 1_030 });
    expect(clock.now(), 'not before its time').toBeGreaterThanOrEqual(1_030);
    engine.nextTimer = Number.POSITIVE_INFINITY;
    const next = events.next();
    queue.onTick(tickAt(1_050));
    expect((await next).value).toMatchObject({ type: 'tick' });
  });

  it('lets what has arrived go before a timer that is due', async () => {
    const queue = new MarketQueue(() => {});
    const clock = new SystemClock(5_000, 1);
    queue.onTick(tickAt(990));
    const events = withTimers(queue, waitingFor(1_000, 1_000), clock, new AbortController().signal);
    expect((await events.next()).value).toMatchObject({ type: 'tick' });
    expect((await events.next()).value).toMatchObject({ type: 'timer', time: 1_000 });
  });

  it('keeps candles open for a stream that broke, for a while, and nothing else', async () => {
    const queue = new MarketQueue(() => {});
    const clock = new MarketClock(1_000);
    queue.onEvent({ type: 'disconnected', instrumentIds: [ID], since: 900, time: 950, reason: 'reset' });
    const engine = waitingFor(1_000, 1_000);
    const events = withTimers(queue, engine, clock, new AbortController().signal);
    expect((await events.next()).value, 'what the queue holds goes first').toMatchObject({ type: 'gap' });
    const closing = events.next();
    clock.reach(10_900);
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.reach(10_950);
    expect((await closing).value, 'the patience has ended').toEqual({ type: 'timer', time: 10_950 });
    queue.onEvent({ type: 'disconnected', instrumentIds: [ID], since: 10_900, time: 10_940, reason: 'reset' });
    engine.nextTimer = 10_945;
    engine.parts.candles.nextClose = 12_000;
    await events.next();
    expect((await events.next()).value, 'a square-off does not wait').toEqual({ type: 'timer', time: 10_945 });
    engine.nextTimer = 12_000;
    queue.onEvent({ type: 'gap', instrumentIds: [ID], from: 10_900, to: 11_000 });
    clock.reach(12_000);
    await events.next();
    expect((await events.next()).value, 'the stream is back').toEqual({ type: 'timer', time: 12_000 });
  });
});

describe('clocks', () => {
  it('show the time of the event in hand, and wake who waits for it', async () => {
    const clock = new MarketClock(100);
    let isAwake = false;
    const asleep = clock.sleepUntil(200).then(() => {
      isAwake = true;
    });
    clock.reach(150);
    clock.reach(120);
    await Promise.resolve();
    expect([clock.now(), isAwake]).toEqual([150, false]);
    clock.reach(200);
    await asleep;
    expect(isAwake).toBe(true);
  });

  it('run faster when asked to', async () => {
    const clock = new SystemClock(0, 1_000);
    await clock.sleepUntil(20_000);
    expect(clock.now()).toBeGreaterThanOrEqual(20_000);
    expect(clock.now(), 'twenty seconds in some twenty milliseconds').toBeLessThan(2_000_000);
  });
});
