import type { Rupees } from '../../../core/money.ts';
import type { Behaviours } from '../control/behaviours.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { OrderRequest } from './desk-order.ts';
import type { FloorOrder } from './exchange-floor.ts';
import { protectedPrice } from './market-protection.ts';

/** The order as the exchange gets it; a stop that was triggered before a change goes back as what it had become. */
export function floorOrderOf(request: OrderRequest, quantity: number, isTriggered: boolean): FloorOrder {
  const { listing, side, price, triggerPrice } = request;
  const isStop = triggerPrice > 0 && !isTriggered;
  const isMarket = price === 0;
  return {
    listing,
    side,
    quantity,
    type: isStop ? (isMarket ? 'STOP_MARKET' : 'STOP_LIMIT') : isMarket ? 'MARKET' : 'LIMIT',
    limitPrice: isMarket ? null : price,
    triggerPrice: isStop ? triggerPrice : null,
  };
}

/** A market order becomes a limit order at the edge of the protection band; before the first print it stays what it is. */
export function withProtection(request: OrderRequest, market: SimulatedMarket, behaviours: Behaviours): OrderRequest {
  const { listing, side, orderType, triggerPrice } = request;
  if (behaviours.marketOrders !== 'protect') return request;
  if (orderType === 'STOPLOSS_MARKET') {
    return { ...request, orderType: 'STOPLOSS_LIMIT', price: protectedPrice(listing, side, triggerPrice) };
  }
  const quote = orderType === 'MARKET' ? market.quote(listing) : undefined;
  if (quote === undefined) return request;
  return { ...request, orderType: 'LIMIT', price: protectedPrice(listing, side, quote.tick.lastPrice) };
}

export function isTriggeredBy({ side, triggerPrice }: OrderRequest, lastPrice: Rupees): boolean {
  return side === 'BUY' ? lastPrice >= triggerPrice : lastPrice <= triggerPrice;
}
