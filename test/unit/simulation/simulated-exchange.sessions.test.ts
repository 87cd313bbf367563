import { describe, expect, it } from 'vitest';
import { THURSDAY } from '../../support/build-candle.ts';
import { ExchangeFloor, pairOf, RELIANCE } from '../../support/exchange-floor.ts';
import { ist, testInstrument } from '../../support/fixed-calendar.ts';

const FRIDAY = '2026-07-31';
const CLOSE = ist(THURSDAY, '15:30');
const BUY_LIMIT = { type: 'LIMIT', limitPrice: 95 } as const;

describe('the end of a session', () => {
  it('lets the orders of the day expire, at the close', () => {
    const floor = new ExchangeFloor();
    const limit = floor.send(BUY_LIMIT);
    const stop = floor.send({ side: 'SELL', type: 'STOP_MARKET', triggerPrice: 90 });
    floor.candle('15:28', 100);
    floor.exchange.advance(CLOSE - 1);
    expect(floor.statusesOf(limit)).toEqual(['ACCEPTED']);
    floor.exchange.advance(CLOSE + 1_500);
    expect(floor.statusesOf(limit)).toEqual(['ACCEPTED', 'EXPIRED']);
    expect(floor.statusesOf(stop)).toEqual(['ACCEPTED', 'EXPIRED']);
    expect(floor.updates.at(-1)).toMatchObject({ time: CLOSE, reason: 'The session ended' });
  });

  it('lets them expire once', () => {
    const floor = new ExchangeFloor();
    const limit = floor.send(BUY_LIMIT);
    floor.candle('15:28', 100);
    for (const after of [0, 1_500, 60_000]) floor.exchange.advance(CLOSE + after);
    expect(floor.statusesOf(limit)).toEqual(['ACCEPTED', 'EXPIRED']);
  });

  it('lets an order expire that met no price at all', () => {
    const floor = new ExchangeFloor();
    const limit = floor.send(BUY_LIMIT);
    floor.exchange.advance(CLOSE);
    expect(floor.statusesOf(limit)).toEqual(['ACCEPTED', 'EXPIRED']);
  });

  it('has come when a price of another day does, whoever forgets to tell the time', () => {
    for (const isTick of [true, false]) {
      const floor = new ExchangeFloor();
      const limit = floor.send(BUY_LIMIT);
      floor.candle('15:28', 100);
      if (isTick) floor.tick('09:15', 90, 100, { day: FRIDAY });
      else floor.candle('09:15', 90, { day: FRIDAY });
      expect(floor.fills).toEqual([]);
      expect(floor.statusesOf(limit)).toEqual(['ACCEPTED', 'EXPIRED']);
    }
  });

  it('lets an order expire that arrived on a day without a single price', () => {
    const floor = new ExchangeFloor();
    floor.candle('15:28', 100, { day: '2026-07-29' });
    const limit = floor.send(BUY_LIMIT);
    floor.exchange.advance(ist(FRIDAY, '00:00'));
    expect(floor.statusesOf(limit)).toEqual(['ACCEPTED', 'EXPIRED']);
    expect(floor.updates.at(-1)?.time).toBe(CLOSE);
  });

  it('spares an order that was sent after the close: it is for the next session', () => {
    const floor = new ExchangeFloor();
    floor.candle('15:29', 100);
    const limit = floor.send(BUY_LIMIT, '15:31');
    floor.exchange.advance(ist(THURSDAY, '15:32'));
    floor.exchange.advance(ist(FRIDAY, '00:00'));
    expect(floor.updates).toEqual([]);
    floor.candle('09:15', [100, 101, 94, 96], { day: FRIDAY });
    expect(floor.fillsOf(limit).map(({ price }) => price)).toEqual([95]);
  });

  it('spares rules that are good till triggered', () => {
    const floor = new ExchangeFloor();
    const [stop, target] = pairOf(10, 95, 105);
    const held = { timeInForce: 'GTT', product: 'DELIVERY' } as const;
    const stopOrder = floor.send({ ...stop, ...held });
    floor.send({ ...target, ...held });
    floor.candle('15:29', 100);
    floor.exchange.advance(CLOSE);
    floor.exchange.advance(ist(FRIDAY, '00:00'));
    floor.candle('09:15', [93, 94, 92, 93], { day: FRIDAY });
    expect(floor.dealsOf(stopOrder)).toEqual(['10@93 09:15:00']);
  });

  it('comes at 15:15 for a share with derivatives', () => {
    const floor = new ExchangeFloor({}, [testInstrument('NSE:RELIANCE', { hasDerivatives: true })]);
    const limit = floor.send(BUY_LIMIT, '10:00', '2026-08-03');
    floor.candle('15:14', 100, { day: '2026-08-03' });
    floor.exchange.advance(ist('2026-08-03', '15:15'));
    expect(floor.updates.at(-1)).toMatchObject({ status: 'EXPIRED', time: ist('2026-08-03', '15:15') });
    expect(floor.fillsOf(limit)).toEqual([]);
  });
});

describe('a square-off that meets no more prices', () => {
  it('is done at the last one when the session ends, and not dated before it was sent', () => {
    const floor = new ExchangeFloor({ slippageBps: 10 });
    floor.candle('15:05', [100, 101, 99, 100]);
    const order = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:20');
    floor.exchange.advance(ist(THURSDAY, '15:25'));
    expect(floor.fills).toEqual([]);
    floor.exchange.advance(CLOSE);
    expect(floor.dealsOf(order)).toEqual(['10@99.9 15:20:00']);
  });

  it('takes the price it meets when there is one', () => {
    const floor = new ExchangeFloor();
    floor.candle('15:05', 100);
    const order = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:20');
    floor.candle('15:22', 98);
    floor.exchange.advance(CLOSE);
    expect(floor.dealsOf(order)).toEqual(['10@98 15:22:00']);
  });

  it('is not held up by a thin market', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const order = floor.send({ side: 'SELL', role: 'SQUARE_OFF', quantity: 100 }, '15:20');
    floor.candle('15:29', 98, { volume: 300 });
    floor.exchange.advance(CLOSE);
    expect(floor.fillsOf(order).map(({ quantity, price }) => [quantity, price])).toEqual([
      [30, 98],
      [70, 98],
    ]);
  });

  it('is done after the cancels that were sent with it', () => {
    const floor = new ExchangeFloor();
    const stop = floor.send({ side: 'SELL', role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: 95 });
    floor.candle('15:05', 100);
    floor.cancel(stop, '15:20');
    const order = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:20');
    floor.exchange.advance(CLOSE);
    expect(floor.statusesOf(stop)).toEqual(['ACCEPTED', 'CANCELED']);
    expect(floor.fillsOf(order)).toHaveLength(1);
  });
});

describe('ticks', () => {
  it.each(['09:07:59', '09:14:59', '15:30:00', '15:40:00', '20:00:00'])('at %s do not fill', (clock) => {
    const floor = new ExchangeFloor();
    const order = floor.send({}, '09:00');
    floor.tick(clock, 100);
    expect(floor.fillsOf(order)).toEqual([]);
  });

  it('of a closing auction do not fill', () => {
    const floor = new ExchangeFloor({}, [testInstrument('NSE:RELIANCE', { hasDerivatives: true })]);
    floor.tick('15:14:58', 100, 100, { day: '2026-08-03' });
    const order = floor.send({}, '15:14:59', '2026-08-03');
    floor.tick('15:20:00', 101, 100, { day: '2026-08-03' });
    expect(floor.fillsOf(order)).toEqual([]);
  });

  it('on a day without a session do not fill', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({}, '10:00', '2026-08-01');
    floor.tick('10:00:01', 100, 100, { day: '2026-08-01' });
    expect(floor.fillsOf(order)).toEqual([]);
  });

  it.each([0, -5, Number.NaN])('of a price of %s are no prices', (price) => {
    const floor = new ExchangeFloor();
    const order = floor.send();
    floor.tick('10:00:00', price);
    expect(floor.fills).toEqual([]);
    floor.tick('10:00:01', 100);
    expect(floor.dealsOf(order)).toEqual(['10@100 10:00:01']);
  });
});

describe('an order the exchange does not take', () => {
  it('is rejected with the reason at the next price and never filled', () => {
    const floor = new ExchangeFloor({}, [testInstrument('NSE:RELIANCE', { lotSize: 25, freezeQuantity: 60 })]);
    const odd = floor.send({ quantity: 30 });
    const large = floor.send({ quantity: 75 });
    const sound = floor.send({ quantity: 50 });
    floor.candle('10:00', 100);
    expect(floor.statusesOf(odd)).toEqual(['REJECTED']);
    expect(floor.statusesOf(large)).toEqual(['REJECTED']);
    expect(floor.updates.map(({ reason }) => reason)).toEqual([
      'Quantity 30 is not a multiple of the lot of 25',
      'Quantity 75 is above the freeze quantity of 60',
    ]);
    expect(floor.fillsOf(sound)).toHaveLength(1);
    expect(floor.fills).toHaveLength(1);
  });

  it('is one beyond the circuit around the first price of the day', () => {
    const floor = new ExchangeFloor({ circuitPercent: 10 });
    floor.candle('09:15', [100, 140, 100, 140]);
    const far = floor.send({ type: 'LIMIT', limitPrice: 89 });
    const near = floor.send({ type: 'LIMIT', limitPrice: 91 });
    floor.candle('10:00', 140);
    expect(floor.statusesOf(far)).toEqual(['REJECTED']);
    expect(floor.statusesOf(near)).toEqual(['ACCEPTED']);
  });

  it('is held against the first price of its own day, from that price on', () => {
    const floor = new ExchangeFloor({ circuitPercent: 10 });
    floor.candle('15:29', 100);
    const order = floor.send({ type: 'LIMIT', limitPrice: 118, side: 'SELL' }, '09:15', FRIDAY);
    floor.candle('09:15', [120, 121, 119, 120], { day: FRIDAY });
    expect(floor.statusesOf(order), "the open of 120 is the day's first price").toEqual(['ACCEPTED']);
  });
});

describe('the end of the data', () => {
  it('does market orders at the last price, slippage included, and nothing else', () => {
    const floor = new ExchangeFloor({ slippageBps: 10 });
    const limit = floor.send(BUY_LIMIT);
    floor.candle('15:29', [100, 101, 99, 100.5]);
    const exit = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:30');
    floor.exchange.closeOut();
    expect(floor.fillsOf(exit).map(({ price, time }) => [price, time])).toEqual([[100.35, CLOSE - 1]]);
    expect(floor.fillsOf(limit)).toEqual([]);
  });

  it('dates them with the last price, so that no position is left before it was entered', () => {
    const floor = new ExchangeFloor({ latencyMs: 100 });
    const entry = floor.send({}, '15:29');
    floor.candle('15:29', 100);
    const exit = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:30');
    floor.exchange.closeOut();
    expect([entry, exit].map((order) => floor.dealsOf(order))).toEqual([['10@100 15:29:59'], ['10@100 15:29:59']]);
  });

  it('does what these fills cause as well', () => {
    const floor = new ExchangeFloor();
    floor.candle('15:29', 100);
    const exit = floor.send({ side: 'SELL', role: 'SQUARE_OFF' }, '15:30');
    floor.onSettle = () => {
      if (floor.fills.length === 1 && floor.sent.length === 1) floor.send({ role: 'SQUARE_OFF' }, '15:30');
    };
    floor.exchange.closeOut();
    expect(floor.fillsOf(exit)).toHaveLength(1);
    expect(floor.fills.map(({ side }) => side)).toEqual(['SELL', 'BUY']);
  });

  it('carries cancels out first', () => {
    const floor = new ExchangeFloor();
    floor.candle('15:29', 100);
    const entry = floor.send({}, '15:30');
    floor.cancel(entry, '15:30');
    floor.exchange.closeOut();
    expect(floor.fills).toEqual([]);
    expect(floor.statusesOf(entry)).toEqual(['CANCELED']);
  });

  it('can do nothing where no price was ever seen', () => {
    const floor = new ExchangeFloor({}, [RELIANCE]);
    floor.send();
    floor.exchange.closeOut();
    expect(floor.events).toEqual([]);
  });
});
