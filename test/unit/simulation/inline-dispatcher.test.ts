import { describe, expect, it } from 'vitest';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import { formatClock } from '../../../src/core/time.ts';
import type { EngineEvent } from '../../../src/ports/engine-event.ts';
import { InlineDispatcher } from '../../../src/simulation/inline-dispatcher.ts';
import { THURSDAY } from '../../support/build-candle.ts';
import { buildOrder } from '../../support/build-order.ts';
import { ExchangeFloor } from '../../support/exchange-floor.ts';
import { ist } from '../../support/fixed-calendar.ts';

function at(clock: string): number {
  return ist(THURSDAY, clock);
}

function order(name: string, changes: Partial<Order> = {}): Order {
  return buildOrder({ clientOrderId: name as ClientOrderId, createdTime: at('10:00'), ...changes });
}

class Desk {
  readonly floor = new ExchangeFloor();
  readonly told: string[] = [];
  readonly dispatcher: InlineDispatcher;
  onTold: (event: EngineEvent) => void = () => {};

  constructor() {
    this.dispatcher = new InlineDispatcher(this.floor.exchange, (event) => {
      if (event.type === 'orderUpdated') {
        const { clientOrderId, status, brokerOrderId, reason, time } = event.update;
        this.told.push([clientOrderId, status, brokerOrderId, reason, formatClock(time)].filter(Boolean).join(' '));
      }
      this.onTold(event);
    });
  }

  plan(planned: Order): void {
    this.dispatcher.take({ type: 'orderPlanned', order: planned });
  }

  cancel(planned: Order, clock: string): void {
    this.dispatcher.take({ type: 'cancelRequested', order: planned, reason: 'test', time: at(clock) });
  }
}

describe('the inline dispatcher', () => {
  it('hands an order to the exchange when asked to send, and says so with the time of its plan', () => {
    const desk = new Desk();
    desk.plan(order('a'));
    expect(desk.told).toEqual([]);
    desk.dispatcher.send();
    expect(desk.told).toEqual(['a SUBMITTED SIM-a 10:00:00']);
    desk.dispatcher.send();
    expect(desk.told, 'once').toHaveLength(1);
    desk.floor.candle('10:00', 100);
    expect(desk.floor.fills.map(({ clientOrderId }) => clientOrderId)).toEqual(['a']);
  });

  it('holds an order that must not be with the broker yet', () => {
    const desk = new Desk();
    desk.plan(order('a', { notBefore: at('10:05') }));
    desk.dispatcher.send();
    desk.dispatcher.release(at('10:05') - 1);
    expect(desk.told).toEqual([]);
    desk.dispatcher.release(at('10:05'));
    desk.dispatcher.release(at('10:06'));
    expect(desk.told).toEqual(['a SUBMITTED SIM-a 10:05:00']);
  });

  it('never sends an order whose cancel came first, held or not', () => {
    const desk = new Desk();
    const [now, later] = [order('now'), order('later', { notBefore: at('10:05') })];
    for (const each of [now, later]) desk.plan(each);
    for (const each of [now, later]) desk.cancel(each, '10:01');
    desk.dispatcher.send();
    desk.dispatcher.release(at('11:00'));
    expect(desk.told).toEqual([
      'now CANCELED Cancelled before it was sent 10:01:00',
      'later CANCELED Cancelled before it was sent 10:01:00',
    ]);
    desk.floor.candle('10:06', 100);
    expect(desk.floor.events).toEqual([]);
  });

  it('cancels before it places, as the queue does', () => {
    const desk = new Desk();
    const old = order('old', { type: 'LIMIT', limitPrice: 90 });
    desk.plan(old);
    desk.dispatcher.send();
    desk.floor.candle('10:00', 100);
    desk.plan(order('new', { createdTime: at('10:01') }));
    desk.cancel(old, '10:01');
    desk.dispatcher.send();
    expect(desk.told.slice(1)).toEqual(['old PENDING_CANCEL 10:01:00', 'new SUBMITTED SIM-new 10:01:00']);
    desk.floor.candle('10:01', 80);
    expect(desk.floor.statusesOf(old)).toEqual(['ACCEPTED', 'CANCELED']);
  });

  it('sends what its own reports cause', () => {
    const desk = new Desk();
    desk.onTold = (event) => {
      if (event.type === 'orderUpdated' && event.update.clientOrderId === 'a') desk.plan(order('b'));
    };
    desk.plan(order('a'));
    desk.dispatcher.send();
    expect(desk.told).toEqual(['a SUBMITTED SIM-a 10:00:00', 'b SUBMITTED SIM-b 10:00:00']);
  });

  it('leaves other effects alone', () => {
    const desk = new Desk();
    desk.dispatcher.take({
      type: 'orderChanged',
      order: order('a'),
      update: { ...order('a'), status: 'ACCEPTED', reason: null, time: 0 },
    });
    desk.dispatcher.send();
    expect(desk.told).toEqual([]);
  });
});
