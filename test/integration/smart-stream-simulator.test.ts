import { describe, expect, it, onTestFinished } from 'vitest';
import { OrderWatch } from '../../src/brokers/angel-one/order-stream/order-watch.ts';
import type { Fill } from '../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../src/core/ids.ts';
import type { OrderUpdate } from '../../src/core/order.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { CALL, INFY, NIFTY } from '../support/angel-one-simulator.ts';
import { FAST_LINK, openStreamDesk } from '../support/angel-one-stream.ts';
import { buildOrder } from '../support/build-order.ts';

describe('the market stream of the simulated broker', () => {
  it('is subscribed, tells its state at once and every print after it', async () => {
    const { stream, ticks, events, market, infy } = await openStreamDesk();
    stream.subscribe([INFY.id, NIFTY.id, CALL.id]);
    await expect.poll(() => ticks.length).toBe(1);
    expect(ticks[0]).toMatchObject({ instrumentId: INFY.id, lastPrice: 1500, openInterest: null });
    await market.print(market.listing(NIFTY.id), 26_000.05);
    await market.print(market.listing(CALL.id), 187.65, 75);
    const quote = await market.print(infy, 1500.05, 7);
    await expect.poll(() => ticks.length).toBe(4);
    expect(ticks.slice(1)).toMatchObject([
      { instrumentId: NIFTY.id, lastPrice: 26_000.05, volume: 0, bid: null, ask: null, sequence: null },
      { instrumentId: CALL.id, lastPrice: 187.65, volume: 75 },
      { ...quote.tick, openInterest: null, sequence: quote.sequence },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['connected']);
  });

  it.each(['close-frame', 'abrupt', 'reset'] as const)(
    'comes back after %s with a gap and the last state',
    async (how) => {
      const { stream, ticks, events, simulator } = await openStreamDesk();
      stream.subscribe([INFY.id]);
      await expect.poll(() => ticks.length).toBe(1);
      simulator.streamFaults.drop(how);
      await expect.poll(() => ticks.length).toBe(2);
      expect(events.map(({ type }) => type)).toEqual(['connected', 'disconnected', 'connected', 'gap']);
    },
  );

  it('logs in again when its tokens have died', async () => {
    const { stream, ticks, count, simulator, market, infy } = await openStreamDesk();
    stream.subscribe([INFY.id]);
    await expect.poll(() => ticks.length).toBe(1);
    simulator.accounts.expire(TEST_ACCOUNT.clientCode);
    await expect.poll(() => count('disconnected')).toBe(1);
    // A code is good for one login: the next one comes with the next half minute.
    await market.reach(market.clock.now() + 30_000);
    await expect.poll(() => count('gap'), { timeout: 5_000 }).toBe(1);
    await market.print(infy, 1501);
    await expect.poll(() => ticks.at(-1)?.lastPrice).toBe(1501);
    expect(count('refused')).toBe(0);
  });
});

describe('orders of the simulated broker', () => {
  it('are told as they change, fills before the end, each once', async () => {
    const { angel, book, simulator, market, infy, settle, credentials } = await openStreamDesk();
    const broker = angel.broker(book);
    const told: string[] = [];
    const fills: Fill[] = [];
    const updates: OrderUpdate[] = [];
    const watch = new OrderWatch({
      ...{ url: simulator.endpoints.orderStream, credentials, tokens: angel.session, clock: market.clock },
      ...{ random: () => 0.5, timings: FAST_LINK, orders: () => broker.orders(), hasWorking: () => false },
      listener: {
        onUpdate: (update) => updates.push(update) && told.push(update.status),
        onFill: (fill) => fills.push(fill) && told.push(`fill ${fill.quantity}`),
        onLink: (isUp) => told.push(isUp ? 'up' : 'down'),
      },
    });
    onTestFinished(() => watch.close());
    await expect.poll(() => watch.counts.polls).toBe(1);
    const clientOrderId = 'b7k2m9q4x1c8v5n3' as ClientOrderId;
    const order = buildOrder({ clientOrderId, instrumentId: INFY.id, type: 'LIMIT', limitPrice: 1490, quantity: 10 });
    const placed = await broker.place(order);
    if (placed.kind !== 'done') throw new Error(`Expected an order, found ${JSON.stringify(placed)}`);
    await settle();
    await expect.poll(() => told).toContain('ACCEPTED');
    await market.print(infy, 1489, 100);
    await settle();
    await expect.poll(() => fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(10);
    expect(fills[0]).toMatchObject({ clientOrderId, instrumentId: INFY.id, side: 'BUY' });

    const second = 'c8k2m9q4x1c8v5n4' as ClientOrderId;
    const resting = buildOrder({ ...order, clientOrderId: second, limitPrice: 1400 });
    const again = await broker.place(resting);
    if (again.kind !== 'done') throw new Error(`Expected an order, found ${JSON.stringify(again)}`);
    await settle();
    await broker.cancel({ ...resting, brokerOrderId: again.value.brokerOrderId as BrokerOrderId });
    await settle();
    await expect
      .poll(() => updates.filter((update) => update.clientOrderId === second).at(-1)?.status)
      .toBe('CANCELED');
    const before = told.length;
    await watch.poll();
    expect(told.length, 'a look into the books tells nothing new').toBe(before);
    expect(told.filter((each) => each === 'up' || each === 'down')).toEqual(['up']);
    expect(watch.counts).toMatchObject({ malformed: 0, foreign: 0 });
  });
});
