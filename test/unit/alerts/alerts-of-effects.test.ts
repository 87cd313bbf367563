import { expect, it } from 'vitest';
import { alertOf } from '../../../src/alerts/alerts-of-effects.ts';
import type { StrategyId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import type { Position } from '../../../src/core/position.ts';
import type { Trade } from '../../../src/core/trade.ts';
import type { Switches } from '../../../src/ports/engine-event.ts';
import { buildFill, buildOrder, buildSignal, buildUpdate } from '../../support/build-order.ts';

const { strategyId, instrumentId, signalKey } = buildOrder();
const POSITION: Position = {
  ...{ strategyId, instrumentId, product: 'INTRADAY', quantity: 4, averagePrice: 100 },
  ...{ openedTime: 7, realisedPaise: 0, chargesPaise: 0 },
};
const STOP: Partial<Order> = { role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: 1_398, amendments: 1 };
const TRADE: Trade = {
  ...{ strategyId, instrumentId, signalKey, side: 'LONG', quantity: 10 },
  ...{ entryTime: 6, entryPrice: 100, exitTime: 7, exitPrice: 99, exitReason: 'stop_loss' },
  ...{ grossPaise: -1_000, chargesPaise: 100, netPaise: -1_100 },
};
const OFF: Switches = { isKilled: false, isPaused: false, pausedStrategies: [] };
const told = (changes: Partial<Switches>) =>
  alertOf({ type: 'switchesChanged', switches: { ...OFF, ...changes }, time: 7 });

it('tells of switches, the most urgent first, and names strategies that are halted on their own', () => {
  const pausedStrategies = ['ema', 'orb'] as StrategyId[];
  expect(told({})).toMatchObject({ level: 'info', text: 'Trading is resumed' });
  expect(told({ pausedStrategies })).toMatchObject({
    level: 'warning',
    text: 'Trading goes on; halted on their own: ema, orb; their positions are kept and protected',
  });
  expect(told({ isPaused: true, pausedStrategies })).toMatchObject({
    level: 'critical',
    text: expect.stringMatching(/^Trading is halted: .*; halted on their own: ema, orb$/),
  });
  expect(told({ isPaused: true, isKilled: true })).toMatchObject({
    level: 'critical',
    text: expect.stringMatching(/^The kill switch is on: /),
  });
});

const changed = (changes: Partial<Order>) => {
  const order = buildOrder(changes);
  return alertOf({ type: 'orderChanged', order, update: buildUpdate(order, 'ACCEPTED') });
};

it('tells what becomes of an order by topic; of one that is back at work after a fill nothing', () => {
  expect(changed({ status: 'ACCEPTED' })).toMatchObject({ kind: 'order', topic: 'placed', level: 'info' });
  expect(changed({ status: 'REJECTED' })).toMatchObject({ topic: 'rejected', level: 'critical' });
  expect(changed({ status: 'EXPIRED' })).toMatchObject({ topic: 'expired', level: 'warning' });
  expect(changed({ status: 'UNKNOWN' })).toMatchObject({ topic: 'unknown', level: 'critical' });
  expect(changed({ status: 'ACCEPTED', filledQuantity: 4 })).toBeUndefined();
  expect(changed({ status: 'SUBMITTED' })).toBeUndefined();
});

it('tells of a fill whether it was the last one', () => {
  const told = (filledQuantity: number) => {
    const order = buildOrder({ filledQuantity });
    const fill = { ...buildFill(order, { quantity: 4 }), chargesPaise: 0, sequence: 1 };
    return alertOf({ type: 'fillBooked', fill, order, position: POSITION });
  };
  expect(told(4)).toMatchObject({ kind: 'fill', topic: 'partial' });
  expect(told(10)).toMatchObject({ kind: 'fill', topic: 'full' });
});

it('tells of a stop that trails the price, not of one whose limit follows it', () => {
  const told = (changes: Partial<Order>, job: 'place' | 'modify' | null = 'modify') =>
    alertOf({ type: 'orderAmended', order: buildOrder({ ...STOP, ...changes }), job, time: 7 });
  expect(told({})).toMatchObject({ kind: 'order', topic: 'trailed', text: 'Stop of 10 RELIANCE moved to 1,398.00' });
  expect(told({ pricedTime: 7 })).toBeUndefined();
  expect(told({}, null)).toBeUndefined();
  expect(told({ role: 'ENTRY' })).toBeUndefined();
});

it('puts denials under their code, trades under the reason of their exit', () => {
  const signal = buildSignal({ verdict: { kind: 'DENIED', reason: { code: 'TRADING_PAUSED' } } });
  expect(alertOf({ type: 'signalDecided', signal })).toMatchObject({ kind: 'denial', topic: 'TRADING_PAUSED' });
  expect(alertOf({ type: 'signalDecided', signal: buildSignal({}) })).toMatchObject({ kind: 'signal', topic: 'entry' });
  expect(alertOf({ type: 'tradeClosed', trade: TRADE })).toMatchObject({ kind: 'trade', topic: 'stop_loss' });
});
