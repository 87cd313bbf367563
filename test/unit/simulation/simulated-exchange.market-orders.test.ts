import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/core/errors.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import { THURSDAY } from '../../support/build-candle.ts';
import { buildOrder } from '../../support/build-order.ts';
import { ExchangeFloor, RELIANCE } from '../../support/exchange-floor.ts';
import { ist, testInstrument } from '../../support/fixed-calendar.ts';

describe('a market order', () => {
  it('is done at the next open, not at the price that was seen when it was sent', () => {
    const floor = new ExchangeFloor();
    floor.candle('09:59', [100, 101, 99, 100]);
    const order = floor.send();
    expect(floor.events).toEqual([]);
    floor.candle('10:00', [102, 103, 101, 102.5]);
    expect(floor.dealsOf(order)).toEqual(['10@102 10:00:00']);
    expect(floor.fills[0]).toEqual({
      fillId: `${order.clientOrderId}-1`,
      clientOrderId: order.clientOrderId,
      instrumentId: RELIANCE.id,
      side: 'BUY',
      quantity: 10,
      price: 102,
      time: ist(THURSDAY, '10:00'),
    });
  });

  it('is done once', () => {
    const floor = new ExchangeFloor();
    const order = floor.send();
    for (const clock of ['10:00', '10:01', '10:02']) floor.candle(clock, 100);
    expect(floor.dealsOf(order)).toEqual(['10@100 10:00:00']);
  });

  it('sent in answer to the open is done at the close: what caused it does not fill it', () => {
    const floor = new ExchangeFloor();
    const entry = floor.send();
    let answer: Order | undefined;
    floor.onSettle = () => {
      if (floor.fills.length === 1) answer ??= floor.send({ side: 'SELL' });
    };
    floor.candle('10:00', [100, 104, 99, 103]);
    expect(floor.dealsOf(entry)).toEqual(['10@100 10:00:00']);
    expect(answer && floor.dealsOf(answer)).toEqual(['10@103 10:00:59']);
  });

  it('sent in answer to a tick waits for the next tick', () => {
    const floor = new ExchangeFloor();
    const entry = floor.send();
    let answer: Order | undefined;
    floor.onSettle = () => {
      if (floor.fills.length === 1) answer ??= floor.send({ side: 'SELL' });
    };
    floor.tick('10:00:01', 100);
    expect(answer && floor.dealsOf(answer)).toEqual([]);
    floor.tick('10:00:02', 101);
    expect(floor.dealsOf(entry)).toEqual(['10@100 10:00:01']);
    expect(answer && floor.dealsOf(answer)).toEqual(['10@101 10:00:02']);
  });

  it('pays slippage, snapped against us', () => {
    const floor = new ExchangeFloor({ slippageBps: 3 });
    const bought = floor.send();
    const sold = floor.send({ side: 'SELL' });
    floor.candle('10:00', 100);
    expect(floor.dealsOf(bought)).toEqual(['10@100.05 10:00:00']);
    expect(floor.dealsOf(sold)).toEqual(['10@99.95 10:00:00']);
  });

  it('arrives after the latency: of a candle that has opened by then it takes the close', () => {
    const floor = new ExchangeFloor({ latencyMs: 200 });
    const order = floor.send();
    floor.candle('10:00', [100, 110, 90, 105]);
    expect(floor.dealsOf(order)).toEqual(['10@105 10:00:59']);
  });

  it('arrives after the latency: of ticks it takes the first one after it', () => {
    const floor = new ExchangeFloor({ latencyMs: 1_500 });
    const order = floor.send();
    floor.tick('10:00:01', 100);
    expect(floor.fills).toEqual([]);
    floor.tick('10:00:02', 101);
    expect(floor.dealsOf(order)).toEqual(['10@101 10:00:02']);
  });

  it('that must not be there before a time is not', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ notBefore: ist(THURSDAY, '10:02') });
    for (const clock of ['10:00', '10:01', '10:02']) floor.candle(clock, Number(clock.slice(3)) + 100);
    expect(floor.dealsOf(order)).toEqual(['10@102 10:02:00']);
  });

  it('waits through a hole in the data', () => {
    const floor = new ExchangeFloor();
    floor.candle('09:59', 100);
    const order = floor.send({ role: 'ENTRY', product: 'DELIVERY' });
    floor.exchange.advance(ist(THURSDAY, '15:30'));
    expect(floor.events).toEqual([]);
    floor.candle('09:15', 104, { day: '2026-07-31' });
    expect(floor.dealsOf(order)).toEqual(['10@104 09:15:00']);
  });

  it('for an instrument that is not listed is an invariant error', () => {
    const floor = new ExchangeFloor();
    expect(() => floor.send({ instrumentId: 'NSE:OTHER' as InstrumentId })).toThrow(InvariantError);
    expect(() => floor.cancel(buildOrder({ instrumentId: 'NSE:OTHER' as InstrumentId }))).toThrow(/"NSE:OTHER"/);
    floor.candle('10:00', 100, { instrumentId: 'NSE:OTHER' as InstrumentId });
    floor.tick('10:00:00', 100, 1, { instrumentId: 'NSE:OTHER' as InstrumentId });
    expect(floor.events).toEqual([]);
  });

  it('has its own name at the exchange', () => {
    const floor = new ExchangeFloor();
    const order = buildOrder();
    expect(floor.exchange.submit(order, order.createdTime)).toBe('SIM-testorder0000001');
  });
});

describe('the share of the volume that may be taken', () => {
  const FUTURE = testInstrument('NSE:RELIANCE', { lotSize: 25 });

  it('gives partial fills in whole lots over several candles', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 }, [FUTURE]);
    const order = floor.send({ quantity: 100 });
    floor.candle('10:00', 100, { volume: 400 });
    floor.candle('10:01', 101, { volume: 240 });
    floor.candle('10:02', 102, { volume: 560 });
    floor.candle('10:03', 103, { volume: 5_000 });
    expect(floor.dealsOf(order)).toEqual(['25@100 10:00:00', '50@102 10:02:00', '25@103 10:03:00']);
    expect(floor.fillsOf(order).map(({ fillId }) => fillId)).toEqual(
      [1, 2, 3].map((n) => `${order.clientOrderId}-${n}`),
    );
  });

  it('is shared by all orders of a candle, first come, first served', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const first = floor.send({ quantity: 60 });
    const second = floor.send({ quantity: 60 });
    floor.candle('10:00', 100, { volume: 1_000 });
    expect(floor.dealsOf(first)).toEqual(['60@100 10:00:00']);
    expect(floor.dealsOf(second)).toEqual(['40@100 10:00:00']);
  });

  it('goes to the order that arrived first, not to the one that was planned first', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const late = floor.send({ quantity: 60, notBefore: ist(THURSDAY, '10:00:02') });
    const early = floor.send({ quantity: 60 });
    floor.tick('10:00:03', 100, 1_000);
    expect(floor.dealsOf(early)).toEqual(['60@100 10:00:03']);
    expect(floor.dealsOf(late)).toEqual(['40@100 10:00:03']);
  });

  it('is counted from tick to tick', () => {
    const floor = new ExchangeFloor({ participationPercent: 50 });
    floor.tick('09:59:59', 100, 5_000);
    const order = floor.send({ quantity: 100 });
    floor.tick('10:00:01', 100, 60);
    floor.tick('10:00:02', 101, 0);
    floor.tick('10:00:03', 102, 1_000);
    expect(floor.dealsOf(order), 'a quote without a trade fills nothing').toEqual([
      '30@100 10:00:01',
      '70@102 10:00:03',
    ]);
  });

  it('starts from nothing each day', () => {
    const floor = new ExchangeFloor({ participationPercent: 50 });
    floor.tick('15:29:59', 100, 90_000);
    const order = floor.send({ quantity: 100, product: 'DELIVERY' }, '09:15', '2026-07-31');
    floor.tick('09:15:00', 100, 0, { day: '2026-07-31', volume: 120 });
    expect(floor.dealsOf(order)).toEqual(['60@100 09:15:00']);
  });

  it('is no limit where the volume is not known', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const order = floor.send();
    floor.candle('10:00', 100, { volume: 0 });
    expect(floor.dealsOf(order)).toEqual(['10@100 10:00:00']);
    const other = floor.send({}, '10:01');
    floor.tick('10:01:00', 100, 0);
    expect(floor.dealsOf(other)).toEqual(['10@100 10:01:00']);
  });
});

describe('a cancel', () => {
  it('takes effect before the next price', () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'LIMIT', limitPrice: 95 });
    floor.candle('10:00', 100);
    floor.cancel(order, '10:01');
    floor.candle('10:01', [94, 94, 90, 92]);
    expect(floor.fills).toEqual([]);
    expect(floor.updates.at(-1)).toEqual({
      clientOrderId: order.clientOrderId,
      status: 'CANCELED',
      brokerOrderId: `SIM-${order.clientOrderId}`,
      reason: 'Cancelled on request',
      time: ist(THURSDAY, '10:01'),
    });
  });

  it('that is still on its way comes too late for the price in between', () => {
    const floor = new ExchangeFloor({ latencyMs: 500 });
    const order = floor.send({ type: 'LIMIT', limitPrice: 95 }, '09:59');
    floor.tick('10:00:00', 100);
    floor.cancel(order, '10:00:01');
    floor.tick('10:00:01', 94);
    expect(floor.dealsOf(order)).toEqual(['10@94 10:00:01']);
    floor.tick('10:00:02', 94);
    expect(floor.statusesOf(order), 'nothing left to cancel').toEqual(['ACCEPTED']);
  });

  it('reaches an order that has not arrived itself', () => {
    const floor = new ExchangeFloor();
    const order = floor.send();
    floor.cancel(order);
    floor.candle('10:00', 100);
    expect(floor.fills).toEqual([]);
    expect(floor.statusesOf(order)).toEqual(['CANCELED']);
  });

  it('leaves what was filled before it', () => {
    const floor = new ExchangeFloor({ participationPercent: 10 });
    const order = floor.send({ quantity: 100 });
    floor.candle('10:00', 100, { volume: 300 });
    floor.cancel(order, '10:01');
    floor.candle('10:01', 100, { volume: 3_000 });
    expect(floor.dealsOf(order)).toEqual(['30@100 10:00:00']);
    expect(floor.statusesOf(order)).toEqual(['CANCELED']);
  });
});
