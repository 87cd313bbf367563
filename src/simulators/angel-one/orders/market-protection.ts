import { type Rupees, snapToTick } from '../../../core/money.ts';
import type { OrderSide } from '../../../core/order.ts';
import type { SimulatedListing } from '../parts.ts';

/** Market Price Protection, in percent of the price; the bands published on 17 December 2024. */
function bandPercentOf({ instrument }: SimulatedListing, price: Rupees): number {
  const { kind, exchange, underlying } = instrument;
  if (kind === 'OPTION') {
    const step = price < 10 ? 0 : price < 20 ? 1 : price < 50 ? 2 : 3;
    const isOnShare = underlying !== null && !underlying.includes(' ') && exchange !== 'MCX';
    return (isOnShare ? [40, 20, 10, 5] : [20, 10, 5, 2.5])[step] ?? 2.5;
  }
  if (kind === 'FUTURE') return underlying?.includes(' ') === true ? 0.5 : 1;
  return 0.5;
}

/** The limit that a market order is given: so much worse than the price and no more. */
export function protectedPrice(listing: SimulatedListing, side: OrderSide, price: Rupees): Rupees {
  const band = bandPercentOf(listing, price) / 100;
  const { tickSize } = listing.instrument;
  const limit = price * (side === 'BUY' ? 1 + band : 1 - band);
  return Math.max(snapToTick(limit, tickSize, side === 'BUY' ? 'down' : 'up'), tickSize);
}
