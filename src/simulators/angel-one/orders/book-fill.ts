import type { Fill } from '../../../core/fill.ts';
import type { TradeEntry } from './day-book.ts';
import type { DeskOrder } from './desk-order.ts';
import type { DeskParts } from './desk-parts.ts';

/** Writes a fill into order, funds, position and ledger; the exchange's number for it is minted here. */
export function bookFill(order: DeskOrder, { price, quantity, time }: Fill, parts: DeskParts): TradeEntry {
  const { funds, positions, ledger, ids } = parts;
  const { request } = order;
  // Brokerage is per order: it is reckoned from the turnover before this fill.
  funds.charge(order, price, quantity, time);
  order.filled += quantity;
  order.turnover += price * quantity;
  positions.add(request.listing, request.product, request.side, quantity, price);
  const fillId = ids.nextFill();
  ledger.fills.push({
    clientCode: order.clientCode,
    orderId: order.orderId,
    tag: request.tag,
    fillId,
    tradingSymbol: request.listing.tradingSymbol,
    side: request.side,
    product: request.product,
    quantity,
    price,
    time,
  });
  return { order, fillId, price, quantity, time };
}
