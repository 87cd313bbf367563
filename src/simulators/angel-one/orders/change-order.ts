import type { Behaviours } from '../control/behaviours.ts';
import type { SimulatedMarket } from '../parts.ts';
import { isRefusal, type Refusal, refused } from '../rest/reply.ts';
import type { DeskOrder, OrderRequest } from './desk-order.ts';
import { findListing, readTerms } from './read-order.ts';
import { exchangeRejection } from './risk-check.ts';
import type { WireBody } from './wire-fields.ts';

/** What a modify request makes of an order; what the front office notices is refused at once. */
export function changedRequest(
  order: DeskOrder,
  body: WireBody,
  market: SimulatedMarket,
  behaviours: Behaviours,
): OrderRequest | Refusal {
  const listing = findListing(body, market);
  if (isRefusal(listing)) return listing;
  if (listing !== order.request.listing) return refused('AB1009', 'Symbol not found');
  const terms = readTerms(body, listing);
  if (isRefusal(terms)) return terms;
  if (terms.product !== order.request.product) return refused('AB1012', 'Invalid product type');
  const isStop = terms.orderType.startsWith('STOPLOSS');
  if (isStop && order.request.variety !== 'STOPLOSS') return refused('AB1008', 'Invalid order variety');
  const quantity = behaviours.modifyQuantity === 'total' ? terms.quantity : order.filled + terms.quantity;
  const lot = listing.instrument.lotSize;
  if (behaviours.lotCheck === 'front-office' && quantity % lot !== 0) {
    return refused('AB1007', `Quantity should be a multiple of lot size ${lot}`);
  }
  return { ...order.request, ...terms, quantity };
}

/** Why the exchange would not change the order; it then stays as it was. */
export function changeFaultOf(
  order: DeskOrder,
  request: OrderRequest,
  market: SimulatedMarket,
  behaviours: Behaviours,
): string | undefined {
  if (request.quantity <= order.filled) return `Quantity should be above the filled quantity ${order.filled}`;
  // Once triggered, the stop is behind it.
  return exchangeRejection(order.isTriggered ? { ...request, triggerPrice: 0 } : request, market, behaviours);
}
