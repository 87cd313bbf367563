/**
 * Order book and trade book of the broker, folded into one. Entry point: `bookOf`.
 *
 * Invariants: only rows with a tag of ours count; a fill is a trade row that can be read, of an instrument that is known,
 * once by its number; what the order's row says is filled is passed on even where no trade shows it; what can not be
 * read or expressed is told, row by row or as a sum, and hides nothing else.
 */
import type { Fill } from '../../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../../core/ids.ts';
import { ORDER_SIDES, type OrderSide } from '../../core/order.ts';
import { dayOf, type EpochMs, parseTimeOfDay, startOfDay } from '../../core/time.ts';
import type { BookedOrder, BrokerBook, ForeignOrder } from '../../ports/broker.ts';
import { isOurTag } from '../shared/our-tag.ts';
import { productOfWire } from './order-body.ts';
import { statusOfWords } from './order-status-words.ts';
import type { OrderRow, TradeRow } from './rest/order-calls.ts';
import { type ReadRows, timeOfStamp, type UnreadRow } from './rest/wire-values.ts';
import { type ListedInstrument, SEGMENTS, type TokenBook } from './token-book.ts';

/** What a person should know of the books; the same `key` is the same trouble. */
export interface BookTrouble {
  readonly key: string;
  readonly text: string;
}

export interface FoldedBook extends BrokerBook {
  readonly troubles: readonly BookTrouble[];
}

export function bookOf(
  orders: ReadRows<OrderRow>,
  trades: ReadRows<TradeRow>,
  tokens: TokenBook,
  now: EpochMs,
): FoldedBook {
  const ours = orders.rows.flatMap((row) => (isOurTag(row.ordertag) ? [{ row, clientOrderId: row.ordertag }] : []));
  const foreign = new Set(orders.rows.flatMap(({ orderid, ordertag }) => (isOurTag(ordertag) ? [] : [orderid])));
  const troubles: BookTrouble[] = [];
  const unreadOrders = orders.unread.filter(({ row }) => !isTaggedOtherwise(row));
  if (unreadOrders.length > 0) troubles.push(unreadTrouble('order', unreadOrders));
  const unreadTrades = trades.unread.filter(({ row }) => !foreign.has(wordOf(row, 'orderid') ?? ''));
  if (unreadTrades.length > 0) troubles.push(unreadTrouble('trade', unreadTrades));
  const byOrder = Map.groupBy(trades.rows, ({ orderid }) => orderid);
  const folded = ours.map(({ row, clientOrderId }): BookedOrder => {
    const time = timeOfStamp(row.updatetime) ?? now;
    const fills = fillsOf(row, clientOrderId, byOrder.get(row.orderid) ?? [], tokens, time);
    if (typeof fills === 'string') troubles.push({ key: `fills of ${clientOrderId}`, text: fills });
    return bookedOrder(row, clientOrderId, typeof fills === 'string' ? [] : fills, time);
  });
  const foreignOrders = orders.rows.flatMap((row) => {
    return isOurTag(row.ordertag) ? [] : [foreignOrder(row, byOrder.get(row.orderid) ?? [], tokens, now)];
  });
  return { orders: folded, foreignOrders, unreadRows: unreadOrders.length, troubles };
}

function foreignOrder(row: OrderRow, trades: readonly TradeRow[], tokens: TokenBook, now: EpochMs): ForeignOrder {
  const word = statusOfWords(row.orderstatus, row.status);
  const time = timeOfStamp(row.updatetime) ?? now;
  return {
    brokerOrderId: row.orderid as BrokerOrderId,
    instrumentId: listedOf(row, tokens)?.instrument.id ?? null,
    name: `${row.exchange} ${row.tradingsymbol}`,
    product: productOfWire(row.producttype) ?? null,
    side: sideOf(row) ?? null,
    quantity: row.quantity,
    filledQuantity: row.filledshares,
    isWorking: word === 'SUBMITTED' || word === 'ACCEPTED' || word === 'PENDING_CANCEL',
    story: {
      limitPrice: row.price > 0 ? row.price : null,
      status: word === 'FILLED' ? 'ACCEPTED' : word,
      ...{ reason: row.text === '' ? null : row.text, time },
      trades: trades.map(({ fillid, filltime, fillprice, fillsize }) => {
        return { tradeId: fillid, quantity: fillsize, price: fillprice, time: timeOfDay(filltime, time) };
      }),
    },
  };
}

function listedOf({ exchange, symboltoken }: OrderRow, tokens: TokenBook): ListedInstrument | undefined {
  const segment = SEGMENTS.find((each) => each === exchange);
  return segment && tokens.byToken(segment, symboltoken);
}

function sideOf({ transactiontype }: OrderRow): OrderSide | undefined {
  return ORDER_SIDES.find((each) => each === transactiontype.trim().toUpperCase());
}

function bookedOrder(row: OrderRow, clientOrderId: ClientOrderId, fills: readonly Fill[], time: EpochMs): BookedOrder {
  const word = statusOfWords(row.orderstatus, row.status);
  const shown = fills.reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    update: {
      clientOrderId,
      // Done in full: its fills say so.
      status: word === 'FILLED' ? 'ACCEPTED' : word,
      brokerOrderId: row.orderid === '' ? null : (row.orderid as BrokerOrderId),
      reason: row.text === '' ? null : row.text,
      time,
    },
    fills,
    filledQuantity: Math.max(shown, row.filledshares),
  };
}

/** The fills, or why they can not be told. */
function fillsOf(
  row: OrderRow,
  clientOrderId: ClientOrderId,
  trades: readonly TradeRow[],
  tokens: TokenBook,
  time: EpochMs,
): readonly Fill[] | string {
  if (trades.length === 0) return [];
  const listed = listedOf(row, tokens);
  const side = sideOf(row);
  if (listed === undefined || side === undefined) {
    const units = trades.reduce((sum, { fillsize }) => sum + fillsize, 0);
    const found = `"${row.transactiontype}" of token "${row.symboltoken}" at "${row.exchange}" ("${row.tradingsymbol}")`;
    return `Order "${clientOrderId}" has fills of ${units} units that are not booked: expected BUY or SELL of an instrument that this worker lists, found ${found}; look at the position by hand`;
  }
  const fills = new Map<string, Fill>();
  for (const { fillid, filltime, fillprice, fillsize } of trades) {
    // By our id, which stays when the broker gives the order another one.
    const fillId = `${clientOrderId}-${fillid}`;
    const instrumentId = listed.instrument.id;
    fills.set(fillId, {
      ...{ fillId, clientOrderId, instrumentId, side, quantity: fillsize, price: fillprice },
      time: timeOfDay(filltime, time),
    });
  }
  return [...fills.values()];
}

/** Trades carry a time of day only: the day is that of their order's row. */
function timeOfDay(text: string, orderTime: EpochMs): EpochMs {
  const sinceMidnight = parseTimeOfDay(text.trim());
  return sinceMidnight === undefined ? orderTime : startOfDay(dayOf(orderTime)) + sinceMidnight;
}

/** A row that can not be read, but for its tag, which says that it is somebody else's. */
function isTaggedOtherwise(row: unknown): boolean {
  const tag = wordOf(row, 'ordertag');
  return tag !== undefined && !isOurTag(tag);
}

function wordOf(row: unknown, field: string): string | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const value: unknown = Reflect.get(row, field);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function unreadTrouble(what: 'order' | 'trade', unread: readonly UnreadRow[]): BookTrouble {
  const text = `${unread.length} of the broker's ${what} rows can not be read (${unread[0]?.problem ?? ''}): what they say is not taken in, and no order is held to be absent until they can be`;
  return { key: `unread ${what} rows`, text };
}
