/**
 * Orders at Angel One. Our client order id travels as the order's tag, the only word of ours that can be read back; rows with
 * other tags are somebody else's and never touched. Entry point: `AngelOneBroker`.
 */
import { assertNever } from '../../core/errors.ts';
import type { Fill } from '../../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../core/ids.ts';
import type { Order, OrderType, ProductType } from '../../core/order.ts';
import { dayOf, type EpochMs, parseTimeOfDay, startOfDay } from '../../core/time.ts';
import type { BookedOrder, Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { statusOfWords } from './order-status-words.ts';
import {
  cancelOrder,
  type OrderBody,
  type OrderRow,
  orderBook,
  placeOrder,
  type TradeRow,
  tradeBook,
} from './rest/order-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import { timeOfStamp } from './rest/wire-values.ts';
import { type ListedInstrument, SEGMENTS, type TokenBook } from './token-book.ts';

const OUR_TAG = /^(?=.*[a-z])[a-z0-9]{16}$/;

export class AngelOneBroker implements Broker {
  readonly name = 'angel-one';
  readonly #client: RestClient;
  readonly #book: TokenBook;
  readonly #clock: Clock;

  constructor(client: RestClient, book: TokenBook, clock: Clock) {
    this.#client = client;
    this.#book = book;
    this.#clock = clock;
  }

  async place(order: Order): Promise<Outcome<{ readonly brokerOrderId: BrokerOrderId }>> {
    const listed = this.#book.byId(order.instrumentId);
    if (!listed) return notListed(order);
    const priority = order.role === 'ENTRY' ? 'entry' : 'exit';
    const outcome = await placeOrder(this.#client, bodyOf(order, listed), priority);
    if (outcome.kind !== 'done') return outcome;
    return { kind: 'done', value: { brokerOrderId: outcome.value.orderid as BrokerOrderId } };
  }

  async cancel(order: Order): Promise<Outcome<null>> {
    if (order.brokerOrderId === null) {
      return { kind: 'refused', code: 'NO_ORDER_ID', reason: 'The broker has not named this order yet' };
    }
    const variety = varietyOf(order.type);
    const outcome = await cancelOrder(this.#client, { variety, orderid: order.brokerOrderId });
    return outcome.kind === 'done' ? { kind: 'done', value: null } : outcome;
  }

  async orders(): Promise<Outcome<readonly BookedOrder[]>> {
    const [orders, trades] = await Promise.all([orderBook(this.#client), tradeBook(this.#client)]);
    if (orders.kind !== 'done') return orders;
    if (trades.kind !== 'done') return trades;
    const byOrder = Map.groupBy(trades.value, ({ orderid }) => orderid);
    const ours = orders.value.filter(({ ordertag }) => OUR_TAG.test(ordertag));
    return { kind: 'done', value: ours.map((row) => this.#booked(row, byOrder.get(row.orderid) ?? [])) };
  }

  #booked(row: OrderRow, trades: readonly TradeRow[]): BookedOrder {
    const clientOrderId = row.ordertag as ClientOrderId;
    const time = timeOfStamp(row.updatetime) ?? this.#clock.now();
    const word = statusOfWords(row.orderstatus, row.status);
    return {
      update: {
        clientOrderId,
        // Done in full: its fills say so.
        status: word === 'FILLED' ? 'ACCEPTED' : word,
        brokerOrderId: row.orderid === '' ? null : (row.orderid as BrokerOrderId),
        reason: row.text === '' ? null : row.text,
        time,
      },
      fills: this.#fillsOf(row, clientOrderId, trades, time),
    };
  }

  #fillsOf(row: OrderRow, clientOrderId: ClientOrderId, trades: readonly TradeRow[], time: EpochMs): readonly Fill[] {
    const segment = SEGMENTS.find((each) => each === row.exchange);
    const listed = segment && this.#book.byToken(segment, row.symboltoken);
    const side = row.transactiontype === 'SELL' ? 'SELL' : 'BUY';
    if (!listed) return [];
    return trades.map(({ orderid, fillid, filltime, fillprice, fillsize }) => ({
      fillId: `${orderid}-${fillid}`,
      clientOrderId,
      instrumentId: listed.instrument.id,
      side,
      quantity: fillsize,
      price: fillprice,
      time: timeOfDay(filltime, time),
    }));
  }
}

function notListed(order: Order): Outcome<never> {
  return {
    kind: 'refused',
    code: 'NOT_LISTED',
    reason: `"${order.instrumentId}" is not in the broker's instrument list: import it again`,
  };
}

function bodyOf(order: Order, { segment, token, tradingSymbol }: ListedInstrument): OrderBody {
  return {
    variety: varietyOf(order.type),
    tradingsymbol: tradingSymbol,
    symboltoken: token,
    transactiontype: order.side,
    exchange: segment,
    ordertype: wireType(order.type),
    producttype: wireProduct(order.product),
    duration: order.timeInForce === 'IOC' ? 'IOC' : 'DAY',
    price: priceText(order.limitPrice),
    triggerprice: priceText(order.triggerPrice),
    quantity: String(order.quantity),
    ordertag: order.clientOrderId,
  };
}

function varietyOf(type: OrderType): 'NORMAL' | 'STOPLOSS' {
  return type === 'STOP_MARKET' || type === 'STOP_LIMIT' ? 'STOPLOSS' : 'NORMAL';
}

function wireType(type: OrderType): OrderBody['ordertype'] {
  switch (type) {
    case 'MARKET':
    case 'LIMIT':
      return type;
    case 'STOP_MARKET':
      return 'STOPLOSS_MARKET';
    case 'STOP_LIMIT':
      return 'STOPLOSS_LIMIT';
    default:
      return assertNever(type, 'order type');
  }
}

function wireProduct(product: ProductType): OrderBody['producttype'] {
  switch (product) {
    case 'DELIVERY':
    case 'INTRADAY':
      return product;
    case 'CARRY_FORWARD':
      return 'CARRYFORWARD';
    default:
      return assertNever(product, 'product');
  }
}

function priceText(price: number | null): string {
  return price === null ? '0' : price.toFixed(2);
}

/** Trades carry a time of day only: the day is that of their order's row. */
function timeOfDay(text: string, orderTime: EpochMs): EpochMs {
  const sinceMidnight = parseTimeOfDay(text.trim());
  return sinceMidnight === undefined ? orderTime : startOfDay(dayOf(orderTime)) + sinceMidnight;
}
