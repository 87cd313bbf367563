import type { BrokerOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { BookedOrder, Broker } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

/** The broker of paper trading: it has no credentials and no network, its orders end at the simulated exchange. */
export class PaperBroker implements Broker {
  readonly name = 'paper';
  readonly #exchange: SimulatedExchange;
  readonly #clock: Clock;

  constructor(exchange: SimulatedExchange, clock: Clock) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  async place(order: Order): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>> {
    return { kind: 'done', value: { brokerOrderId: this.#exchange.submit(order, this.#clock.now()) } };
  }

  async cancel(order: Order): Promise<Outcome<null>> {
    this.#exchange.cancel(order, this.#clock.now());
    return { kind: 'done', value: null };
  }

  /** The exchange lives and dies with this process: what it holds has been reported, there is no other book to search. */
  async orders(): Promise<Outcome<readonly BookedOrder[]>> {
    return { kind: 'done', value: [] };
  }
}
