import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import type { Order, OrderType } from '../../../src/core/order.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import type { ExchangeEvent } from '../../../src/simulation/exchange-event.ts';
import type { FillRules } from '../../../src/simulation/fill-model.ts';
import { buildCandle, clockAfter } from '../../support/build-candle.ts';
import { ExchangeFloor, pairOf } from '../../support/exchange-floor.ts';

const TICK = 0.05;
const OPEN = '10:00';
/** So far ahead that it never arrives: while one waits, every candle is walked. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Up to 25 minutes of candles around 100 with gaps, some without any move, some with little volume. */
const candles: fc.Arbitrary<readonly Candle[]> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: -40, max: 40 }),
      up: fc.integer({ min: 0, max: 60 }),
      down: fc.integer({ min: 0, max: 60 }),
      close: fc.double({ min: 0, max: 1, noNaN: true }),
      volume: fc.constantFrom(0, 40, 200, 5_000),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((moves) => {
    let last = 2_000;
    return moves.map(({ gap, up, down, close, volume }, index) => {
      const open = Math.max(last + gap, 100);
      const high = open + up;
      const low = Math.max(open - down, 50);
      last = Math.round(low + (high - low) * close);
      const prices = [open, high, low, last].map((ticks) => Math.round(ticks * TICK * 100) / 100);
      return buildCandle(clockAfter(OPEN, index), prices as [number, number, number, number], { volume });
    });
  });

interface Sent {
  readonly at: number;
  readonly changes: Partial<Order>;
  readonly cancelAt: number | null;
}

const sent: fc.Arbitrary<Sent> = fc
  .record({
    at: fc.integer({ min: 0, max: 20 }),
    type: fc.constantFrom<OrderType>('MARKET', 'LIMIT', 'STOP_MARKET', 'STOP_LIMIT'),
    side: fc.constantFrom<Order['side']>('BUY', 'SELL'),
    quantity: fc.integer({ min: 1, max: 50 }),
    limit: fc.integer({ min: 1_900, max: 2_100 }),
    trigger: fc.integer({ min: 1_900, max: 2_100 }),
    cancelAt: fc.option(fc.integer({ min: 0, max: 24 }), { nil: null }),
  })
  .map(({ at, type, side, quantity, limit, trigger, cancelAt }) => ({
    at,
    cancelAt,
    changes: {
      ...{ type, side, quantity },
      limitPrice: type === 'LIMIT' || type === 'STOP_LIMIT' ? limit / 20 : null,
      triggerPrice: type === 'STOP_MARKET' || type === 'STOP_LIMIT' ? trigger / 20 : null,
    },
  }));

const rules: fc.Arbitrary<Partial<FillRules>> = fc.record({
  slippageBps: fc.constantFrom(0, 7),
  latencyMs: fc.constantFrom(0, 300, 25_000),
  participationPercent: fc.constantFrom(null, 10),
  limitFill: fc.constantFrom('through', 'touch'),
  circuitPercent: fc.constantFrom(null, 4),
});

/** Sends every order before the candle of its minute, cancels likewise, and protects each bought fill with a pair. */
function play(floor: ExchangeFloor, series: readonly Candle[], orders: readonly Sent[]): readonly ExchangeEvent[] {
  const working: (Order | undefined)[] = [];
  let answered = 0;
  floor.onSettle = () => {
    for (; answered < floor.fills.length; answered += 1) {
      const fill = floor.fills[answered];
      if (fill?.side !== 'BUY' || fill.quantity > 25) continue;
      for (const leg of pairOf(fill.quantity, 97, 103)) {
        const clock = clockAfter(OPEN, Math.floor((fill.time - (series[0]?.openTime ?? 0)) / MINUTE_MS));
        floor.send({ ...leg, ocoGroup: fill.fillId, notBefore: fill.time }, clock);
      }
    }
  };
  for (const [minute, candle] of series.entries()) {
    for (const [index, { at, changes }] of orders.entries()) {
      if (at === minute) working[index] = floor.send(changes, clockAfter(OPEN, minute));
    }
    for (const [index, { cancelAt }] of orders.entries()) {
      const order = working[index];
      if (order && cancelAt === minute) floor.cancel(order, clockAfter(OPEN, minute));
    }
    floor.exchange.onCandle(candle);
  }
  return floor.events;
}

const cases = [candles, fc.array(sent, { maxLength: 6 }), rules] as const;

describe('whatever the market does', () => {
  it('a candle that touches no order may be left out: walking it is the same', () => {
    fc.assert(
      fc.property(...cases, (series, orders, chosen) => {
        const thorough = new ExchangeFloor(chosen);
        const quick = new ExchangeFloor(chosen);
        thorough.send({ notBefore: NEVER }, '09:59');
        quick.cancel(quick.send({ notBefore: NEVER }, '09:59'), '09:59');
        const [, ...afterCancel] = play(quick, series, orders);
        expect(afterCancel).toEqual(play(thorough, series, orders));
      }),
      { numRuns: 500 },
    );
  });

  it('no order is done for more than it asked for, and no pair for more than its position', () => {
    fc.assert(
      fc.property(...cases, (series, orders, chosen) => {
        const floor = new ExchangeFloor(chosen);
        play(floor, series, orders);
        const done = new Map<string, number>();
        for (const { clientOrderId, quantity } of floor.fills) {
          expect(quantity).toBeGreaterThan(0);
          done.set(clientOrderId, (done.get(clientOrderId) ?? 0) + quantity);
        }
        const ofPair = new Map<string, { held: number; done: number }>();
        for (const { order } of floor.sent) {
          const units = done.get(order.clientOrderId) ?? 0;
          expect(units).toBeLessThanOrEqual(order.quantity);
          if (order.ocoGroup === null) continue;
          const pair = ofPair.get(order.ocoGroup) ?? { held: order.quantity, done: 0 };
          ofPair.set(order.ocoGroup, { ...pair, done: pair.done + units });
        }
        for (const pair of ofPair.values()) expect(pair.done).toBeLessThanOrEqual(pair.held);
      }),
    );
  });

  it('every fill is at a price of its candle, in its time, in order, and after the order was sent', () => {
    fc.assert(
      fc.property(...cases, (series, orders, chosen) => {
        const floor = new ExchangeFloor({ ...chosen, slippageBps: 0 });
        play(floor, series, orders);
        let before = 0;
        for (const { clientOrderId, price, time } of floor.fills) {
          const candle = series.find(({ openTime }) => time >= openTime && time < openTime + MINUTE_MS);
          expect(candle && price >= candle.low && price <= candle.high, `${price} at ${time}`).toBe(true);
          const order = floor.sent.find((each) => each.order.clientOrderId === clientOrderId);
          expect(time).toBeGreaterThanOrEqual((order?.time ?? Number.NaN) + (chosen.latencyMs ?? 0));
          expect(time).toBeGreaterThanOrEqual(before);
          before = time;
        }
      }),
    );
  });

  it('no limit is done at a price beyond it, and nothing is done after its end', () => {
    fc.assert(
      fc.property(...cases, (series, orders, chosen) => {
        const floor = new ExchangeFloor(chosen);
        const ended = new Set<string>();
        for (const event of play(floor, series, orders)) {
          if (event.type === 'orderUpdated') {
            const { status, clientOrderId } = event.update;
            expect(ended.has(clientOrderId), `${status} after its end`).toBe(false);
            if (status !== 'ACCEPTED') ended.add(clientOrderId);
            continue;
          }
          const { clientOrderId, price, side } = event.fill;
          expect(ended.has(clientOrderId), 'filled after its end').toBe(false);
          const limit = floor.sent.find((each) => each.order.clientOrderId === clientOrderId)?.order.limitPrice ?? null;
          if (limit !== null) expect(side === 'BUY' ? price <= limit : price >= limit).toBe(true);
        }
      }),
    );
  });

  it('orders of one moment are taken by their number, whatever order they arrive in', () => {
    const shuffled = fc
      .array(sent, { minLength: 2, maxLength: 8 })
      .chain((orders) =>
        fc.tuple(fc.constant(orders), fc.shuffledSubarray([...orders.keys()], { minLength: orders.length })),
      );
    fc.assert(
      fc.property(candles, shuffled, rules, (series, [orders, arrival], chosen) => {
        const numbered = orders.map(({ changes }, index) => ({
          ...changes,
          clientOrderId: `numbered0000000${index}` as ClientOrderId,
          sequence: index + 1,
        }));
        const events = [numbered, arrival.map((index) => numbered[index] ?? {})].map((inOrder) => {
          const floor = new ExchangeFloor(chosen);
          for (const changes of inOrder) floor.send(changes);
          for (const candle of series) floor.exchange.onCandle(candle);
          return floor.events;
        });
        expect(events[1]).toEqual(events[0]);
      }),
    );
  });
});
