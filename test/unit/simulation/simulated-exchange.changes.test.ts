import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/core/order.ts';
import type { OrderChange } from '../../../src/ports/broker.ts';
import { THURSDAY } from '../../support/build-candle.ts';
import { ExchangeFloor, pairOf, RELIANCE } from '../../support/exchange-floor.ts';
import { ist } from '../../support/fixed-calendar.ts';

function modify(floor: ExchangeFloor, order: Order, change: OrderChange, clock = '10:00'): string | undefined {
  return floor.exchange.modify(order, change, ist(THURSDAY, clock));
}

describe('changing an order', () => {
  it('takes effect at the next price, as a cancel does', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'LIMIT', limitPrice: 90 });
    floor.tick('10:00:01', 100);
    expect(modify(floor, order, { limitPrice: 101 }, '10:00:01')).toBeUndefined();
    expect(floor.fills, 'not at the price that was there').toEqual([]);
    floor.tick('10:00:02', 100);
    expect(floor.dealsOf(order)).toEqual(['10@100 10:00:02']);
  });

  it('changes an order that is still on its way', () => {
    const floor = new ExchangeFloor({ latencyMs: 1_000 });
    const order = floor.send({ type: 'LIMIT', limitPrice: 90 });
    expect(modify(floor, order, { quantity: 5, limitPrice: 110 })).toBeUndefined();
    floor.tick('10:00:02', 100);
    expect(floor.dealsOf(order)).toEqual(['5@100 10:00:02']);
  });

  it('loses against a fill that comes before it', () => {
    const floor = new ExchangeFloor({ latencyMs: 5_000 });
    const order = floor.send({ type: 'LIMIT', limitPrice: 101 });
    floor.tick('10:00:06', 110);
    expect(modify(floor, order, { limitPrice: 90, quantity: 20 }, '10:00:06')).toBeUndefined();
    floor.tick('10:00:07', 100);
    floor.tick('10:00:12', 80);
    expect(floor.dealsOf(order)).toEqual(['10@100 10:00:07']);
  });

  it('does not happen when what was filled meanwhile has made it impossible', () => {
    const floor = new ExchangeFloor({ latencyMs: 5_000, participationPercent: 50 });
    const order = floor.send({ type: 'LIMIT', limitPrice: 101 });
    floor.tick('10:00:06', 110);
    expect(modify(floor, order, { quantity: 4 }, '10:00:06')).toBeUndefined();
    floor.tick('10:00:07', 100, 12);
    floor.tick('10:00:12', 100, 100);
    expect(floor.dealsOf(order)).toEqual(['6@100 10:00:07', '4@100 10:00:12']);
  });

  it('keeps a stop that was triggered what it has become', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'STOP_LIMIT', triggerPrice: 105, limitPrice: 106 });
    floor.tick('10:00:01', 100);
    floor.tick('10:00:02', 110);
    expect(modify(floor, order, { triggerPrice: 120, limitPrice: 108 }, '10:00:02')).toBeUndefined();
    floor.tick('10:00:03', 107);
    expect(floor.dealsOf(order)).toEqual(['10@107 10:00:03']);
  });

  it('of one side of a pair keeps what the other side has taken away', () => {
    const floor = new ExchangeFloor({ participationPercent: 50 });
    const [stop, target] = pairOf(10, 90, 110);
    const first = floor.send(stop);
    const second = floor.send(target);
    floor.tick('10:00:01', 100, 100);
    floor.tick('10:00:02', 111, 8);
    expect(floor.fillsOf(second).map(({ quantity }) => quantity)).toEqual([4]);
    expect(modify(floor, first, { quantity: 4, triggerPrice: 95 }, '10:00:02')).toMatch(/above the 4 units/);
    expect(modify(floor, first, { quantity: 9, triggerPrice: 95 }, '10:00:02')).toBeUndefined();
    floor.tick('10:00:03', 94, 1000);
    expect(floor.fillsOf(first).map(({ quantity }) => quantity)).toEqual([5]);
  });

  it.each<[string, OrderChange, RegExp]>([
    ['no limit for a limit order', { type: 'LIMIT' }, /Expected a limit price/],
    ['another kind of order', { type: 'STOP_MARKET', triggerPrice: 105 }, /no stop order, found "STOP_MARKET"/],
    ['no units', { quantity: 0 }, /above the 0 units/],
  ])('is refused with its reason: %s', (_, change, reason) => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'MARKET' });
    expect(modify(floor, order, change)).toMatch(reason);
  });

  it('is refused where the exchange would refuse such an order', () => {
    const lots = { ...RELIANCE, lotSize: 5, freezeQuantity: 100 };
    const floor = new ExchangeFloor({ circuitPercent: 10 }, [lots]);
    floor.tick('10:00', 100);
    const order = floor.send({ type: 'LIMIT', limitPrice: 95 });
    expect(modify(floor, order, { quantity: 12 })).toMatch(/lot of 5/);
    expect(modify(floor, order, { quantity: 105 })).toMatch(/freeze quantity/);
    expect(modify(floor, order, { limitPrice: 80 })).toMatch(/circuit/);
  });
});
