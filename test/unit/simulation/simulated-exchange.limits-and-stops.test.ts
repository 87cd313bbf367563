import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/core/order.ts';
import { ExchangeFloor } from '../../support/exchange-floor.ts';
import { ist } from '../../support/fixed-calendar.ts';

const BUY_LIMIT = { type: 'LIMIT', limitPrice: 95 } as const;
const SELL_STOP = { side: 'SELL', type: 'STOP_MARKET', triggerPrice: 95 } as const;

describe('a limit order', () => {
  it('is accepted at the first price and rests', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(BUY_LIMIT);
    expect(floor.updates).toEqual([]);
    floor.candle('10:00', [100, 101, 99, 100]);
    expect(floor.statusesOf(order)).toEqual(['ACCEPTED']);
    expect(floor.fills).toEqual([]);
  });

  it.each([
    ['through', 94.95, ['10@95 10:00:40']],
    ['through', 95, []],
    ['touch', 95, ['10@95 10:00:40']],
    ['touch', 95.05, []],
  ] as const)('(%s) when the price falls to %d: %j', (limitFill, low, deals) => {
    const floor = new ExchangeFloor({ limitFill });
    const order = floor.send(BUY_LIMIT);
    floor.candle('10:00', [100, 101, low, 100]);
    expect(floor.dealsOf(order)).toEqual(deals);
  });

  it('that rests is done by a later candle that only touches it, where touching is enough', () => {
    const floor = new ExchangeFloor({ limitFill: 'touch' });
    const bought = floor.send(BUY_LIMIT);
    const sold = floor.send({ side: 'SELL', type: 'LIMIT', limitPrice: 105 });
    floor.candle('10:00', 100);
    floor.candle('10:01', [100, 105, 95, 100]);
    expect(floor.dealsOf(bought)).toEqual(['10@95 10:01:20']);
    expect(floor.dealsOf(sold)).toEqual(['10@105 10:01:40']);
  });

  it('pays no slippage', () => {
    const floor = new ExchangeFloor({ slippageBps: 100 });
    const order = floor.send(BUY_LIMIT);
    floor.candle('10:00', [100, 101, 90, 100]);
    expect(floor.dealsOf(order)).toEqual(['10@95 10:00:40']);
  });

  it('gets the better price when the candle opens beyond it', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(BUY_LIMIT);
    floor.candle('10:00', [93, 101, 92, 100]);
    expect(floor.dealsOf(order)).toEqual(['10@93 10:00:00']);
  });

  it('to sell is done when the price rises through it', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ side: 'SELL', type: 'LIMIT', limitPrice: 105 });
    floor.candle('10:00', [100, 105.05, 98, 101]);
    expect(floor.dealsOf(order)).toEqual(['10@105 10:00:40']);
    const better = floor.send({ side: 'SELL', type: 'LIMIT', limitPrice: 105 }, '10:01');
    floor.candle('10:01', [106, 107, 105.5, 106]);
    expect(floor.dealsOf(better)).toEqual(['10@106 10:01:00']);
  });

  it('is done by the candle as it is walked: nearer extreme first, then the other', () => {
    const floor = new ExchangeFloor();
    const near = floor.send({ side: 'SELL', type: 'LIMIT', limitPrice: 101 });
    const far = floor.send(BUY_LIMIT);
    floor.candle('10:00', [100, 102, 94, 96]);
    expect(floor.dealsOf(near)).toEqual(['10@101 10:00:20']);
    expect(floor.dealsOf(far)).toEqual(['10@95 10:00:40']);
    expect(floor.fills.map(({ price }) => price)).toEqual([101, 95]);
  });

  it('takes ticks one by one', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(BUY_LIMIT);
    for (const [second, price] of [100, 96, 95, 94.5, 90].entries()) floor.tick(`10:00:0${second}`, price);
    expect(floor.dealsOf(order)).toEqual(['10@94.5 10:00:03']);
  });
});

describe('a limit that follows the price', () => {
  const followed = (limitPrice: number) => ({ type: 'LIMIT', limitPrice, reprices: 0, pricedTime: 0 }) as const;

  it('takes what is there: the price and the slippage', () => {
    const floor = new ExchangeFloor({ slippageBps: 20 });
    const order = floor.send(followed(101));
    floor.candle('10:00', [100, 102, 99, 100]);
    expect(floor.dealsOf(order)).toEqual(['10@100.2 10:00:00']);
  });

  it('pays no more than its limit', () => {
    const floor = new ExchangeFloor({ slippageBps: 200 });
    const order = floor.send(followed(101));
    floor.candle('10:00', [100, 102, 99, 100]);
    expect(floor.dealsOf(order)).toEqual(['10@101 10:00:00']);
  });

  it('that the price has left behind rests, and pays its limit when the price comes back', () => {
    const floor = new ExchangeFloor({ slippageBps: 200 });
    const order = floor.send(followed(99));
    floor.candle('10:00', [100, 102, 99.5, 100]);
    expect(floor.dealsOf(order)).toEqual([]);
    floor.candle('10:01', [100, 102, 98, 100]);
    expect(floor.dealsOf(order)).toEqual(['10@99 10:01:20']);
  });

  it('that leaves an intraday position is done by the broker at the close', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ ...followed(120), side: 'SELL', role: 'SQUARE_OFF' });
    const entry = floor.send(followed(80));
    floor.candle('15:29', 100);
    floor.exchange.advance(ist('2026-07-30', '15:30'));
    expect(floor.dealsOf(order)).toHaveLength(1);
    expect(floor.dealsOf(entry)).toEqual([]);
  });
});

describe('a stop order', () => {
  it('is done at its trigger when the price reaches it', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(SELL_STOP);
    floor.candle('10:00', [100, 101, 95, 97]);
    expect(floor.dealsOf(order)).toEqual(['10@95 10:00:40']);
  });

  it('that rests is done by a later candle that just reaches it', () => {
    const floor = new ExchangeFloor();
    const sold = floor.send(SELL_STOP);
    const bought = floor.send({ type: 'STOP_MARKET', triggerPrice: 105 });
    floor.candle('10:00', 100);
    floor.candle('10:01', [100, 105, 95, 100]);
    expect(floor.dealsOf(sold)).toEqual(['10@95 10:01:20']);
    expect(floor.dealsOf(bought)).toEqual(['10@105 10:01:40']);
  });

  it('is not done before', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(SELL_STOP);
    floor.candle('10:00', [100, 101, 95.05, 97]);
    expect(floor.dealsOf(order)).toEqual([]);
  });

  it('pays slippage', () => {
    const floor = new ExchangeFloor({ slippageBps: 10 });
    const order = floor.send(SELL_STOP);
    floor.candle('10:00', [100, 101, 94, 97]);
    expect(floor.dealsOf(order)).toEqual(['10@94.9 10:00:40']);
  });

  it('is done at the open when the price has gapped through it', () => {
    const floor = new ExchangeFloor();
    const sold = floor.send(SELL_STOP);
    const bought = floor.send({ type: 'STOP_MARKET', triggerPrice: 90 });
    floor.candle('10:00', [92, 93, 91, 92]);
    expect(floor.dealsOf(sold)).toEqual(['10@92 10:00:00']);
    expect(floor.dealsOf(bought)).toEqual(['10@92 10:00:00']);
  });

  it('to buy is done when the price rises to it', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'STOP_MARKET', triggerPrice: 105 });
    floor.candle('10:00', [100, 104.95, 99, 104]);
    floor.candle('10:01', [104, 106, 103, 104]);
    expect(floor.dealsOf(order)).toEqual(['10@105 10:01:40']);
  });

  it('once triggered takes what it can and the rest at the next prices', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const order = floor.send({ ...SELL_STOP, quantity: 100 });
    floor.candle('10:00', [100, 101, 94, 94], { volume: 600 });
    floor.candle('10:01', [98, 99, 97, 98], { volume: 5_000 });
    expect(floor.dealsOf(order)).toEqual(['60@95 10:00:40', '40@98 10:01:00']);
  });
});

describe('a stop-limit order', () => {
  const stopLimit = (limitPrice: number): Partial<Order> => ({
    ...{ side: 'SELL', type: 'STOP_LIMIT', triggerPrice: 95, limitPrice },
  });

  it('is done at its trigger when its limit allows that', () => {
    const floor = new ExchangeFloor({ slippageBps: 100 });
    const order = floor.send(stopLimit(94));
    floor.candle('10:00', [100, 101, 90, 92]);
    expect(floor.dealsOf(order), 'a percent worse').toEqual(['10@94.05 10:00:40']);
  });

  it('slips no farther than its limit', () => {
    const floor = new ExchangeFloor({ slippageBps: 200 });
    const order = floor.send(stopLimit(94));
    floor.candle('10:00', [100, 101, 90, 92]);
    expect(floor.dealsOf(order)).toEqual(['10@94 10:00:40']);
  });

  it('whose limit is its trigger is done there', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(stopLimit(95));
    floor.candle('10:00', [100, 101, 90, 92]);
    expect(floor.dealsOf(order)).toEqual(['10@95 10:00:40']);
  });

  it('that a gap has jumped rests as a limit until the price comes back', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(stopLimit(94));
    floor.candle('10:00', [92, 93, 91, 92]);
    expect(floor.dealsOf(order)).toEqual([]);
    floor.candle('10:01', [92, 93.5, 91, 92]);
    expect(floor.dealsOf(order)).toEqual([]);
    floor.candle('10:02', [92, 94.5, 91, 92]);
    expect(floor.dealsOf(order)).toEqual(['10@94 10:02:40']);
  });

  it('that was triggered stays so when the price is back above its trigger', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(stopLimit(94));
    floor.tick('10:00:01', 92);
    floor.tick('10:00:02', 97);
    expect(floor.dealsOf(order)).toEqual(['10@97 10:00:02']);
  });

  it('does nothing before its trigger, though its limit is there for the taking', () => {
    const floor = new ExchangeFloor();
    const order = floor.send(stopLimit(94));
    floor.candle('10:00', [97, 99, 96, 98]);
    expect(floor.dealsOf(order)).toEqual([]);
  });
});
