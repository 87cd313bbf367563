/**
 * Orders at Angel One. Our client order id travels as the order's tag, the only word of ours that can be read back; rows with
 * other tags are somebody else's and never touched. Entry point: `AngelOneBroker`.
 *
 * Invariants: a write goes out once; an answer that does not say what became of it is `unknown`; a book that came only in
 * part is told as such, never as one in which an order is absent.
 */
import type { BrokerOrderId } from '../../core/ids.ts';
import type { Order } from '../../core/order.ts';
import type { Broker, BrokerBook, BrokerHoldings, BrokerPositions, OrderChange } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { bookOf } from './booked-orders.ts';
import { holdingsOf, positionsOf } from './net-positions.ts';
import { orderBodyOf, varietyOf } from './order-body.ts';
import { cancelOrder, modifyOrder, orderBook, placeOrder, tradeBook } from './rest/order-calls.ts';
import { holdings, positions } from './rest/portfolio-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import type { TokenBook } from './token-book.ts';

type Named = Outcome<{ readonly brokerOrderId: BrokerOrderId }>;

/** Something asked for is not there: no word about an order that is being placed. */
const NOT_FOUND_CODES: ReadonlySet<string> = new Set(['AB1013', 'AB1014', 'AB1015', 'AB1016']);

export class AngelOneBroker implements Broker {
  readonly name = 'angel-one';
  readonly #client: RestClient;
  readonly #book: TokenBook;
  readonly #clock: Clock;
  readonly #onTrouble: (text: string) => void;
  #troubles: ReadonlySet<string> = new Set();

  /** `onTrouble`: what the books hold and can not be read or booked, for a person; told once as long as it lasts. */
  constructor(client: RestClient, book: TokenBook, clock: Clock, onTrouble: (text: string) => void) {
    this.#client = client;
    this.#book = book;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  async place(order: Order): Promise<Named> {
    const listed = this.#book.byId(order.instrumentId);
    if (!listed) return notListed(order);
    const priority = order.role === 'ENTRY' ? 'entry' : 'exit';
    const outcome = await placeOrder(this.#client, orderBodyOf(order, listed), priority);
    if (outcome.kind === 'refused' && NOT_FOUND_CODES.has(outcome.code)) {
      return { kind: 'unknown', reason: `${outcome.reason} (${outcome.code})` };
    }
    return named(outcome);
  }

  async modify(order: Order, change: OrderChange): Promise<Named> {
    if (order.brokerOrderId === null) return unnamed();
    const listed = this.#book.byId(order.instrumentId);
    if (!listed) return notListed(order);
    const changed = { ...order, ...change };
    if (varietyOf(changed.type) !== varietyOf(order.type)) {
      const reason = `Expected a change that keeps the order's kind, found "${order.type}" to "${changed.type}": cancel it and place another`;
      return { kind: 'refused', code: 'CHANGE', reason };
    }
    const { transactiontype: _, ordertag: __, ...terms } = orderBodyOf(changed, listed);
    const priority = order.role === 'ENTRY' ? 'modify' : 'exit';
    return named(await modifyOrder(this.#client, { ...terms, orderid: order.brokerOrderId }, priority));
  }

  async cancel(order: Order): Promise<Outcome<null>> {
    if (order.brokerOrderId === null) return unnamed();
    const variety = varietyOf(order.type);
    const outcome = await cancelOrder(this.#client, { variety, orderid: order.brokerOrderId });
    return outcome.kind === 'done' ? { kind: 'done', value: null } : outcome;
  }

  async orders(): Promise<Outcome<BrokerBook>> {
    const [orders, trades] = await Promise.all([orderBook(this.#client), tradeBook(this.#client)]);
    if (orders.kind !== 'done') return orders;
    if (trades.kind !== 'done') return trades;
    const { troubles, ...book } = bookOf(orders.value, trades.value, this.#book, this.#clock.now());
    for (const { key, text } of troubles) if (!this.#troubles.has(key)) this.#onTrouble(text);
    this.#troubles = new Set(troubles.map(({ key }) => key));
    return { kind: 'done', value: book };
  }

  async holdings(): Promise<Outcome<BrokerHoldings>> {
    const outcome = await holdings(this.#client);
    return outcome.kind === 'done' ? { kind: 'done', value: holdingsOf(outcome.value, this.#book) } : outcome;
  }

  async positions(): Promise<Outcome<BrokerPositions>> {
    const outcome = await positions(this.#client);
    return outcome.kind === 'done' ? { kind: 'done', value: positionsOf(outcome.value, this.#book) } : outcome;
  }
}

function named(outcome: Outcome<{ readonly orderid: string }>): Named {
  if (outcome.kind !== 'done') return outcome;
  return { kind: 'done', value: { brokerOrderId: outcome.value.orderid as BrokerOrderId } };
}

function unnamed(): Outcome<never> {
  return { kind: 'refused', code: 'NO_ORDER_ID', reason: 'The broker has not named this order yet' };
}

function notListed(order: Order): Outcome<never> {
  return {
    kind: 'refused',
    code: 'NOT_LISTED',
    reason: `"${order.instrumentId}" is not in the broker's instrument list: import it again`,
  };
}
