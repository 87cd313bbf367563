import { describe, expect, it } from 'vitest';
import type { ClientOrderId, InstrumentId } from '../../../src/core/ids.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { PaperBroker } from '../../../src/simulation/paper-broker.ts';
import { THURSDAY } from '../../support/build-candle.ts';
import { buildFill, buildOrder, buildUpdate } from '../../support/build-order.ts';
import { ExchangeFloor } from '../../support/exchange-floor.ts';
import { ist } from '../../support/fixed-calendar.ts';

function clockAt(clock: string): Clock {
  return { now: () => ist(THURSDAY, clock), sleepUntil: async () => {} };
}

describe('the paper broker', () => {
  it('places with the simulated exchange, at the time of its clock', async () => {
    const floor = new ExchangeFloor({ latencyMs: 1_000 });
    const broker = new PaperBroker(floor.exchange, clockAt('10:00:05'));
    const order = buildOrder({ createdTime: ist(THURSDAY, '10:00') });
    expect(await broker.place(order)).toEqual({ kind: 'done', value: { brokerOrderId: 'SIM-testorder0000001' } });
    floor.tick('10:00:05', 100);
    expect(floor.fills, 'sent at 10:00:05, there at 10:00:06').toEqual([]);
    floor.tick('10:00:06', 101);
    expect(floor.dealsOf(order)).toEqual(['10@101 10:00:06']);
  });

  it('cancels there too', async () => {
    const floor = new ExchangeFloor();
    const order = floor.send({ type: 'LIMIT', limitPrice: 90 });
    const broker = new PaperBroker(floor.exchange, clockAt('10:00:05'));
    expect(await broker.cancel(order)).toEqual({ kind: 'done', value: null });
    floor.tick('10:00:06', 80);
    expect(floor.statusesOf(order)).toEqual(['CANCELED']);
    expect(await broker.cancel(order)).toMatchObject({ kind: 'refused', code: 'NOT_WORKING' });
  });

  it('has no order that was not placed with it, and no instrument that is not listed', async () => {
    const broker = new PaperBroker(new ExchangeFloor().exchange, clockAt('10:00'));
    expect(await broker.orders()).toEqual({ kind: 'done', value: { orders: [], unreadRows: 0 } });
    expect(await broker.place(buildOrder({ instrumentId: 'NSE:NOSUCH' as InstrumentId }))).toMatchObject({
      kind: 'refused',
      code: 'NOT_LISTED',
    });
    expect(broker.name).toBe('paper');
  });

  it('forgets on a new day what ended on the one before, and keeps what works', async () => {
    let day = THURSDAY;
    const broker = new PaperBroker(new ExchangeFloor().exchange, {
      now: () => ist(day, '10:00'),
      sleepUntil: async () => {},
    });
    const orders = ['a', 'b', 'c'].map((letter) =>
      buildOrder({ clientOrderId: `order0000000000${letter}` as ClientOrderId, type: 'LIMIT', limitPrice: 90 }),
    );
    const [ended, filled, works] = orders;
    for (const order of [ended, filled]) if (order) await broker.place(order);
    if (ended) broker.hear({ type: 'orderUpdated', update: buildUpdate(ended, 'CANCELED') });
    if (filled) broker.hear({ type: 'orderFilled', fill: buildFill(filled) });
    const works2 = buildOrder({ ...works, clientOrderId: 'order0000000000d' as ClientOrderId });
    if (works) await broker.place(works);
    day = '2026-07-31';
    await broker.place(works2);
    const book = await broker.orders();
    const ids = book.kind === 'done' ? book.value.orders.map(({ update }) => update.clientOrderId) : [];
    expect(ids).toEqual(['order0000000000c', 'order0000000000d']);
  });
});
