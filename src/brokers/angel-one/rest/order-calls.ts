import { z } from 'zod';
import type { CallPriority } from '../../../ports/call-budget.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import type { RestClient } from './rest-client.ts';
import { numeric, type ReadRows, rowsOf, words } from './wire-values.ts';

const ORDERS = '/rest/secure/angelbroking/order/v1';

/** The wire's own words for an order. */
export interface OrderBody {
  readonly variety: 'NORMAL' | 'STOPLOSS';
  readonly tradingsymbol: string;
  readonly symboltoken: string;
  readonly transactiontype: 'BUY' | 'SELL';
  readonly exchange: string;
  readonly ordertype: 'MARKET' | 'LIMIT' | 'STOPLOSS_LIMIT' | 'STOPLOSS_MARKET';
  readonly producttype: 'DELIVERY' | 'INTRADAY' | 'CARRYFORWARD';
  readonly duration: 'DAY' | 'IOC';
  readonly price: string;
  readonly triggerprice: string;
  readonly quantity: string;
  readonly ordertag: string;
}

const placedSchema = z.object({ orderid: z.union([z.string().min(1), z.number().transform(String)]) });
const NO_ROWS = { rows: [], unread: [] };
const lowerCase = words.transform((text) => text.trim().toLowerCase());

/** One order as book and details show it. Prices in rupees, quantities in units. */
export const orderRow = z.object({
  variety: words,
  orderid: words,
  uniqueorderid: words,
  ordertag: words,
  tradingsymbol: words,
  symboltoken: words,
  exchange: words,
  transactiontype: words,
  producttype: words,
  // Tells orders apart that carry no id; one that can not be read hides no row.
  price: numeric.catch(0),
  quantity: numeric,
  filledshares: numeric,
  averageprice: numeric,
  status: lowerCase,
  orderstatus: lowerCase,
  text: words,
  updatetime: words,
});
export type OrderRow = z.output<typeof orderRow>;

/** What proves no fill by itself is not read: every one has a number, a price and whole units. */
export const tradeRow = z.object({
  orderid: words,
  fillid: words.pipe(z.string().min(1)),
  filltime: words,
  fillprice: numeric.pipe(z.number().positive()),
  fillsize: numeric.pipe(z.int().positive()),
  exchange: words,
  tradingsymbol: words,
  transactiontype: words,
});
export type TradeRow = z.output<typeof tradeRow>;

export function placeOrder(
  client: RestClient,
  body: OrderBody,
  priority: CallPriority,
): Promise<Outcome<{ readonly orderid: string }>> {
  return client.call({
    ...{ class: 'orderWrite', priority, method: 'POST', path: `${ORDERS}/placeOrder`, isWrite: true },
    ...{ schema: placedSchema, body: { ...body, squareoff: '0', stoploss: '0', disclosedquantity: '0' } },
  });
}

export function modifyOrder(
  client: RestClient,
  body: Omit<OrderBody, 'transactiontype' | 'ordertag'> & { readonly orderid: string },
  priority: CallPriority,
): Promise<Outcome<{ readonly orderid: string }>> {
  return client.call({
    ...{ class: 'orderWrite', priority, method: 'POST', path: `${ORDERS}/modifyOrder`, isWrite: true },
    ...{ schema: placedSchema, body: { ...body } },
  });
}

export function cancelOrder(
  client: RestClient,
  body: { readonly variety: string; readonly orderid: string },
): Promise<Outcome<{ readonly orderid: string }>> {
  return client.call({
    ...{ class: 'orderWrite', priority: 'exit', method: 'POST', path: `${ORDERS}/cancelOrder`, isWrite: true },
    ...{ schema: placedSchema, body },
  });
}

export function orderBook(client: RestClient): Promise<Outcome<ReadRows<OrderRow>>> {
  return client.call({
    ...{ class: 'orderBook', priority: 'read', method: 'GET', path: `${ORDERS}/getOrderBook`, isWrite: false },
    ...{ schema: rowsOf(orderRow), empty: NO_ROWS },
  });
}

export function tradeBook(client: RestClient): Promise<Outcome<ReadRows<TradeRow>>> {
  return client.call({
    ...{ class: 'tradeBook', priority: 'read', method: 'GET', path: `${ORDERS}/getTradeBook`, isWrite: false },
    ...{ schema: rowsOf(tradeRow), empty: NO_ROWS },
  });
}

/** By the unique id that placing has answered with; the order's number finds nothing. */
export function orderDetails(client: RestClient, uniqueOrderId: string): Promise<Outcome<OrderRow>> {
  const path = `${ORDERS}/details/${encodeURIComponent(uniqueOrderId)}`;
  return client.call({
    ...{ class: 'orderDetails', priority: 'read', method: 'GET', path, isWrite: false },
    schema: orderRow,
  });
}
