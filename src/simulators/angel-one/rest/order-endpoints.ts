import { formatClock } from '../../../core/time.ts';
import type { TradeEntry } from '../orders/day-book.ts';
import { instrumentTypeOf } from '../orders/desk-order.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import { readOrder } from '../orders/read-order.ts';
import type { ClientHandler } from './desk-parts.ts';
import { expiryText } from './ist-text.ts';
import { done, isRefusal, listOrNull, type Reply } from './reply.ts';

export const placeOrder: ClientHandler = ({ body, desk }, { market, switches }) => {
  const request = readOrder(body, market, switches.current);
  if (isRefusal(request)) return request;
  const order = desk.orders.place(request);
  return done({
    script: request.listing.tradingSymbol,
    orderid: order.orderId,
    uniqueorderid: order.uniqueId,
  });
};

export const modifyOrder: ClientHandler = ({ body, desk }) => changeReply(desk.orders.modify(body));

export const cancelOrder: ClientHandler = ({ body, desk }) => changeReply(desk.orders.cancel(body));

export const orderBook: ClientHandler = ({ desk, lagMs }) => listOrNull(desk.orders.book(lagMs));

export const tradeBook: ClientHandler = ({ desk, lagMs }) => listOrNull(desk.orders.trades(lagMs).map(tradeRow));

/** By unique order id only: an order id is not found here. */
export const orderDetails: ClientHandler = ({ desk, id, lagMs }) => {
  const row = desk.orders.details(id, lagMs);
  return isRefusal(row) ? row : done(row);
};

function changeReply(result: ReturnType<OrderDesk['cancel']>): Reply {
  return isRefusal(result) ? result : done({ orderid: result.orderId, uniqueorderid: result.uniqueId });
}

function tradeRow({ order, fillId, price, quantity, time }: TradeEntry): Readonly<Record<string, string>> {
  const { listing, product, side } = order.request;
  const { instrument } = listing;
  return {
    exchange: listing.segment,
    producttype: product,
    tradingsymbol: listing.tradingSymbol,
    instrumenttype: instrumentTypeOf(listing),
    symbolgroup: symbolGroupOf(listing.tradingSymbol),
    strikeprice: String(instrument.strike ?? -1),
    optiontype: instrument.optionType ?? '',
    expirydate: expiryText(instrument.expiry),
    marketlot: String(instrument.lotSize),
    precision: '2',
    multiplier: '-1',
    tradevalue: (price * quantity).toFixed(2),
    transactiontype: side,
    fillprice: price.toFixed(2),
    fillsize: String(quantity),
    orderid: order.orderId,
    fillid: fillId,
    filltime: formatClock(time),
  };
}

/** The series of a share; contracts have `XX`. */
export function symbolGroupOf(tradingSymbol: string): string {
  return /-([A-Z]{2})$/.exec(tradingSymbol)?.[1] ?? 'XX';
}
