/** What is refused only after the order was taken: it shows as a rejected row with the reason in `text`. */
import { formatRupees, snapToTick } from '../../../core/money.ts';
import type { Behaviours } from '../control/behaviours.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { ClientFunds } from './client-funds.ts';
import type { DeskOrder, OrderRequest } from './desk-order.ts';
import type { PositionBook } from './position-book.ts';

export interface RiskFacts {
  readonly market: SimulatedMarket;
  readonly behaviours: Behaviours;
  readonly funds: ClientFunds;
  readonly positions: PositionBook;
  readonly working: Iterable<DeskOrder>;
}

/** The risk system of the broker: kind of order, funds, holdings. Undefined: nothing against it. */
export function riskRejection(request: OrderRequest, facts: RiskFacts): string | undefined {
  const { behaviours, funds, positions, market } = facts;
  const isMarket = request.orderType === 'MARKET' || request.orderType === 'STOPLOSS_MARKET';
  if (isMarket && behaviours.marketOrders === 'refuse') return 'RMS: Market orders are not allowed for API orders';
  if (request.duration === 'IOC' && behaviours.iocOrders === 'refuse') return 'RMS: IOC orders are not allowed';
  const { listing, side, product, quantity } = request;
  if (listing.instrument.kind === 'INDEX') return 'RMS: Scrip is not allowed to trade';
  if (side === 'SELL' && product === 'DELIVERY') {
    const free = positions.heldQuantity(listing) + positions.netOf(listing, 'DELIVERY') - sellingOf(request, facts);
    if (quantity > free) return `RMS: Check holdings, available ${Math.max(0, free)} required ${quantity}`;
    return undefined;
  }
  const price = request.price || request.triggerPrice || market.quote(listing)?.tick.lastPrice || 0;
  const needed = funds.marginFor(request, quantity, price);
  const { availablePaise } = funds.report(facts.working);
  if (needed <= availablePaise) return undefined;
  return `RMS: Insufficient funds, available Rs.${formatRupees(availablePaise)} required Rs.${formatRupees(needed)}`;
}

/** The exchange: price steps, lot, freeze quantity, price range, side of the trigger. */
export function exchangeRejection(
  request: OrderRequest,
  market: SimulatedMarket,
  behaviours: Behaviours,
): string | undefined {
  const { listing, side, quantity, price, triggerPrice } = request;
  const { tickSize, lotSize, freezeQuantity } = listing.instrument;
  if (quantity % lotSize !== 0) return `Quantity should be a multiple of lot size ${lotSize}`;
  if (freezeQuantity !== null && quantity > freezeQuantity) return `Quantity exceeds freeze quantity ${freezeQuantity}`;
  for (const value of [price, triggerPrice]) {
    if (Math.abs(snapToTick(value, tickSize) - value) > 1e-6)
      return `Price should be a multiple of tick size ${tickSize}`;
  }
  const sign = side === 'BUY' ? 1 : -1;
  if (triggerPrice > 0 && price > 0 && (price - triggerPrice) * sign < 0) {
    return side === 'BUY'
      ? 'Limit price should not be below trigger price'
      : 'Limit price should not be above trigger price';
  }
  const quote = market.quote(listing);
  if (quote === undefined) return undefined;
  const last = quote.tick.lastPrice;
  if (triggerPrice > 0 && (triggerPrice - last) * sign < 0) {
    return side === 'BUY' ? 'Trigger price should not be below LTP' : 'Trigger price should not be above LTP';
  }
  const { upperCircuit, lowerCircuit } = quote;
  const isRanged = upperCircuit > lowerCircuit;
  if (isRanged && price > 0 && (price > upperCircuit || price < lowerCircuit)) {
    return `Price is outside the circuit limits ${lowerCircuit} to ${upperCircuit}`;
  }
  const reach = behaviours.limitProtectionPercent;
  if (reach !== null && price > 0 && triggerPrice === 0 && ((price - last) * sign) / last > reach / 100) {
    return 'Limit Price Protection: price is too far from LTP';
  }
  return undefined;
}

/** Units of the same shares that other orders are already selling. */
function sellingOf({ listing }: OrderRequest, { working }: RiskFacts): number {
  let quantity = 0;
  for (const { request, filled } of working) {
    const isSame = request.listing === listing && request.side === 'SELL' && request.product === 'DELIVERY';
    if (isSame) quantity += request.quantity - filled;
  }
  return quantity;
}
