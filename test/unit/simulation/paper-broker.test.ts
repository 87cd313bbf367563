import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { PaperBroker } from '../../../src/simulation/paper-broker.ts';
import { THURSDAY } from '../../support/build-candle.ts';
import { buildOrder } from '../../support/build-order.ts';
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
    expect(await new PaperBroker(floor.exchange, clockAt('10:00:05')).cancel(order)).toEqual({
      kind: 'done',
      value: null,
    });
    floor.tick('10:00:06', 80);
    expect(floor.statusesOf(order)).toEqual(['CANCELED']);
  });

  it('has no book to search: what the exchange holds has been reported', async () => {
    const broker = new PaperBroker(new ExchangeFloor().exchange, clockAt('10:00'));
    expect(await broker.orders()).toEqual({ kind: 'done', value: [] });
    expect(broker.name).toBe('paper');
  });
});
