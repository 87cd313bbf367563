import type { Order } from '../core/order.ts';
import type { Broker, BrokerBook, OrderChange } from '../ports/broker.ts';
import type { Outcome } from '../ports/outcome.ts';

/**
 * The broker as its client sees it once what the triggers of his rules have placed counts as his: it stands in the book
 * under the ids of the legs, and is changed and cancelled as the limit order that it is.
 */
export class AdoptingBroker implements Broker {
  readonly name: string;
  readonly #broker: Broker;
  /** The book as it is, until there is somebody who knows the rules. */
  adopt: (book: BrokerBook) => Promise<BrokerBook> = async (book) => book;

  constructor(broker: Broker) {
    this.#broker = broker;
    this.name = broker.name;
  }

  place(order: Order): ReturnType<Broker['place']> {
    return this.#broker.place(order);
  }

  modify(order: Order, change: OrderChange): ReturnType<Broker['modify']> {
    if (!isOfTrigger(order)) return this.#broker.modify(order, change);
    const { type: _, triggerPrice: __, ...terms } = change;
    return this.#broker.modify(asPlaced(order), terms);
  }

  cancel(order: Order): Promise<Outcome<null>> {
    return this.#broker.cancel(isOfTrigger(order) ? asPlaced(order) : order);
  }

  async orders(): Promise<Outcome<BrokerBook>> {
    const outcome = await this.#broker.orders();
    return outcome.kind === 'done' ? { kind: 'done', value: await this.adopt(outcome.value) } : outcome;
  }

  positions(): ReturnType<Broker['positions']> {
    return this.#broker.positions();
  }

  holdings(): ReturnType<Broker['holdings']> {
    return this.#broker.holdings();
  }
}

function isOfTrigger({ timeInForce, brokerOrderId }: Order): boolean {
  return timeInForce === 'GTT' && brokerOrderId !== null;
}

function asPlaced(order: Order): Order {
  return { ...order, type: 'LIMIT', limitPrice: order.limitPrice ?? order.triggerPrice, triggerPrice: null };
}
