import type { Fill } from '../../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../../src/core/ids.ts';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import type {
  BookedOrder,
  Broker,
  BrokerBook,
  BrokerHoldings,
  BrokerPositions,
  OrderChange,
} from '../../../src/ports/broker.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { ANSWERS, type Fate } from './call-fate.ts';

/** A broker with a real book, over a wire that loses what the script says. Without a script all goes well. */
export class ScriptedBroker implements Broker {
  readonly name = 'scripted';
  readonly placed: ClientOrderId[] = [];
  readonly cancelled: ClientOrderId[] = [];
  readonly modified: OrderChange[] = [];
  /** The id that a changed order has from then on; its own by default. */
  changedId: BrokerOrderId | undefined;
  /** The orders that the broker really has, in the order they came in. */
  readonly book: BookedOrder[] = [];
  readonly fates: { place: Fate[]; modify: Fate[]; cancel: Fate[]; orders: Fate[] } = {
    ...{ place: [], modify: [], cancel: [], orders: [] },
  };
  /** Orders show up in the book only at this look and later. */
  visibleFromLook = 1;
  looks = 0;
  /** How many rows can not be read at this look and the next ones. */
  unreadRows: number[] = [];
  onCall: (() => Promise<void>) | undefined;

  async place(order: Order): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>> {
    this.placed.push(order.clientOrderId);
    await this.onCall?.();
    const fate = this.fates.place.shift() ?? 'done';
    if (fate === 'done' || fate === 'answer-lost' || fate === 'thrown') this.enter(order);
    if (fate === 'thrown') throw new Error('socket hang up');
    if (fate !== 'done') return ANSWERS[fate];
    return { kind: 'done', value: { brokerOrderId: brokerOrderId(order) } };
  }

  async cancel(order: Order): Promise<Outcome<null>> {
    this.cancelled.push(order.clientOrderId);
    const fate = this.fates.cancel.shift() ?? 'done';
    return fate === 'done' ? { kind: 'done', value: null } : ANSWERS[fate];
  }

  async modify(order: Order, change: OrderChange = {}): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>> {
    this.modified.push(change);
    const fate = this.fates.modify.shift() ?? 'done';
    if (fate !== 'done') return ANSWERS[fate];
    if (this.changedId !== undefined) return { kind: 'done', value: { brokerOrderId: this.changedId } };
    return { kind: 'done', value: { brokerOrderId: brokerOrderId(order) } };
  }

  async orders(): Promise<Outcome<BrokerBook>> {
    this.looks += 1;
    const fate = this.fates.orders.shift() ?? 'done';
    if (fate !== 'done') return ANSWERS[fate];
    const orders = this.looks < this.visibleFromLook ? [] : [...this.book];
    return { kind: 'done', value: { orders, unreadRows: this.unreadRows.shift() ?? 0 } };
  }

  async positions(): Promise<Outcome<BrokerPositions>> {
    return { kind: 'done', value: { positions: [], unreadRows: 0 } };
  }

  async holdings(): Promise<Outcome<BrokerHoldings>> {
    return { kind: 'done', value: { holdings: [], unreadRows: 0 } };
  }

  /** `filledQuantity` above the fills: the trade book lags behind. */
  enter(
    order: Order,
    status: OrderUpdate['status'] = 'ACCEPTED',
    fills: readonly Fill[] = [],
    filledQuantity = fills.reduce((sum, { quantity }) => sum + quantity, 0),
  ): void {
    const update = {
      clientOrderId: order.clientOrderId,
      status,
      brokerOrderId: brokerOrderId(order),
      reason: status === 'REJECTED' ? 'Refused by the exchange' : null,
      time: 5_000 + this.book.length,
    };
    this.book.push({ update, fills, filledQuantity });
  }
}

function brokerOrderId(order: Order): BrokerOrderId {
  return `B-${order.clientOrderId}` as BrokerOrderId;
}
