/**
 * The broker of paper trading: it has no credentials and no network, its orders end at the simulated exchange. It has to
 * hear what the exchange reports: that is its book, which lives and dies with this process.
 */
import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import { dayOf } from '../core/time.ts';
import type {
  Broker,
  BrokerBook,
  BrokerHolding,
  BrokerHoldings,
  BrokerPosition,
  BrokerPositions,
  OrderChange,
} from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { ExchangeEvent } from './exchange-event.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

interface Booked {
  readonly order: Order;
  update: OrderUpdate;
  readonly fills: Fill[];
  filledQuantity: number;
}

/** Net units of one instrument under one product, and what the open ones have cost. */
interface Net {
  readonly order: Pick<Order, 'instrumentId' | 'product'>;
  quantity: number;
  averagePrice: number;
}

type Named = Outcome<{ readonly brokerOrderId: BrokerOrderId }>;

export class PaperBroker implements Broker {
  readonly name = 'paper';
  readonly #exchange: SimulatedExchange;
  readonly #clock: Clock;
  readonly #book = new Map<ClientOrderId, Booked>();
  readonly #nets = new Map<string, Net>();
  readonly #held = new Map<InstrumentId, number>();
  #day = 0;

  constructor(exchange: SimulatedExchange, clock: Clock) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  async place(order: Order): Promise<Named> {
    const { clientOrderId, instrumentId } = order;
    if (!this.#exchange.lists(instrumentId)) {
      return { kind: 'refused', code: 'NOT_LISTED', reason: `"${instrumentId}" is not in the universe of this worker` };
    }
    const time = this.#clock.now();
    this.#startDay(dayOf(time));
    const brokerOrderId = this.#exchange.submit(order, time);
    const update = { clientOrderId, status: 'SUBMITTED', brokerOrderId, reason: null, time } as const;
    this.#book.set(clientOrderId, { order, update, fills: [], filledQuantity: 0 });
    return { kind: 'done', value: { brokerOrderId } };
  }

  async modify(order: Order, change: OrderChange): Promise<Named> {
    if (!this.#exchange.isWorking(order)) return notWorking(order);
    const reason = this.#exchange.modify(order, change, this.#clock.now());
    if (reason !== undefined) return { kind: 'refused', code: 'CHANGE', reason };
    return { kind: 'done', value: { brokerOrderId: `SIM-${order.clientOrderId}` as BrokerOrderId } };
  }

  async cancel(order: Order): Promise<Outcome<null>> {
    if (!this.#exchange.isWorking(order)) return notWorking(order);
    this.#exchange.cancel(order, this.#clock.now());
    return { kind: 'done', value: null };
  }

  async orders(): Promise<Outcome<BrokerBook>> {
    const orders = [...this.#book.values()].map(({ update, fills, filledQuantity }) => {
      return { update, fills: [...fills], filledQuantity };
    });
    return { kind: 'done', value: { orders, unreadRows: 0 } };
  }

  async positions(): Promise<Outcome<BrokerPositions>> {
    this.#startDay(dayOf(this.#clock.now()));
    const positions = [...this.#nets.values()].map(({ order, quantity, averagePrice }): BrokerPosition => {
      const { instrumentId, product } = order;
      return { instrumentId, name: instrumentId, product, quantity, averagePrice };
    });
    return { kind: 'done', value: { positions, unreadRows: 0 } };
  }

  async holdings(): Promise<Outcome<BrokerHoldings>> {
    this.#startDay(dayOf(this.#clock.now()));
    const holdings = [...this.#held].map(([instrumentId, quantity]): BrokerHolding => {
      return { instrumentId, name: instrumentId, quantity };
    });
    return { kind: 'done', value: { holdings, unreadRows: 0 } };
  }

  /** What the exchange reports. Of orders that were not placed here nothing is kept. */
  hear(event: ExchangeEvent): void {
    if (event.type === 'orderUpdated') {
      const booked = this.#book.get(event.update.clientOrderId);
      if (booked !== undefined) booked.update = event.update;
      return;
    }
    const booked = this.#book.get(event.fill.clientOrderId);
    if (booked === undefined) return;
    booked.fills.push(event.fill);
    booked.filledQuantity += event.fill.quantity;
    this.#hold(event.fill, booked.order);
    // A market order is done as soon as it is in, and its fill is the first that is heard of it.
    if (booked.update.status === 'SUBMITTED') booked.update = { ...booked.update, status: 'ACCEPTED' };
  }

  #hold({ side, quantity, price }: Fill, { instrumentId, product }: Order): void {
    const key = `${instrumentId}|${product}`;
    const net = this.#nets.get(key) ?? { order: { instrumentId, product }, quantity: 0, averagePrice: 0 };
    const units = side === 'BUY' ? quantity : -quantity;
    const after = net.quantity + units;
    if (after === 0) net.averagePrice = 0;
    else if (Math.sign(units) === Math.sign(net.quantity)) {
      net.averagePrice = (net.averagePrice * net.quantity + price * units) / after;
    } else if (Math.sign(after) !== Math.sign(net.quantity)) net.averagePrice = price;
    net.quantity = after;
    this.#nets.set(key, net);
  }

  #deliver(instrumentId: InstrumentId, quantity: number): void {
    const held = (this.#held.get(instrumentId) ?? 0) + quantity;
    if (held > 0) this.#held.set(instrumentId, held);
    else this.#held.delete(instrumentId);
  }

  /** What ended on days before is in no broker's book; deliveries have become holdings, which are no positions. */
  #startDay(day: number): void {
    if (day === this.#day) return;
    this.#day = day;
    for (const [key, { order, quantity }] of this.#nets) {
      if (order.product === 'DELIVERY') this.#deliver(order.instrumentId, quantity);
      if (quantity === 0 || order.product === 'DELIVERY') this.#nets.delete(key);
    }
    for (const [id, { order, update, filledQuantity }] of this.#book) {
      if (isTerminal(update.status) || filledQuantity >= order.quantity) this.#book.delete(id);
    }
  }
}

function notWorking({ clientOrderId }: Order): Outcome<never> {
  return { kind: 'refused', code: 'NOT_WORKING', reason: `The exchange has no working order "${clientOrderId}"` };
}
