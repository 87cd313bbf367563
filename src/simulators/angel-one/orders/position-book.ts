/**
 * What a client bought and sold today, by listing and product, and what was carried over.
 *
 * Invariants: a squared-off position stays as a row with nothing in it; overnight, intraday rows go, deliveries become
 * holdings and the rest is carried forward at its average.
 */
import type { Paise, Rupees } from '../../../core/money.ts';
import { toPaise } from '../../../core/money.ts';
import type { OrderSide } from '../../../core/order.ts';
import type { SimulatedListing } from '../parts.ts';
import type { WireProduct } from './desk-order.ts';

export interface OpenPosition {
  readonly listing: SimulatedListing;
  readonly product: WireProduct;
  readonly bought: number;
  readonly sold: number;
  readonly buyAmount: Rupees;
  readonly sellAmount: Rupees;
  readonly carriedBought: number;
  readonly carriedSold: number;
  readonly carriedBuyAmount: Rupees;
  readonly carriedSellAmount: Rupees;
}

export interface Holding {
  readonly listing: SimulatedListing;
  readonly quantity: number;
  readonly averagePrice: Rupees;
}

export class PositionBook {
  #positions = new Map<string, OpenPosition>();
  readonly #holdings = new Map<SimulatedListing, Holding>();

  get positions(): readonly OpenPosition[] {
    return [...this.#positions.values()];
  }

  get holdings(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  hold(listing: SimulatedListing, quantity: number, averagePrice: Rupees): void {
    const held = this.#holdings.get(listing);
    const total = (held?.quantity ?? 0) + quantity;
    if (total <= 0) {
      this.#holdings.delete(listing);
      return;
    }
    const cost = (held?.averagePrice ?? 0) * (held?.quantity ?? 0);
    // What is sold leaves the average as it was.
    const average = quantity > 0 ? (cost + averagePrice * quantity) / total : (held?.averagePrice ?? averagePrice);
    this.#holdings.set(listing, { listing, quantity: total, averagePrice: average });
  }

  heldQuantity(listing: SimulatedListing): number {
    return this.#holdings.get(listing)?.quantity ?? 0;
  }

  find(listing: SimulatedListing, product: WireProduct): OpenPosition | undefined {
    return this.#positions.get(keyOf(listing, product));
  }

  netOf(listing: SimulatedListing, product: WireProduct): number {
    const position = this.find(listing, product);
    return position === undefined ? 0 : netQuantity(position);
  }

  add(listing: SimulatedListing, product: WireProduct, side: OrderSide, quantity: number, price: Rupees): void {
    const before = this.find(listing, product) ?? emptyPosition(listing, product);
    const change =
      side === 'BUY'
        ? { bought: before.bought + quantity, buyAmount: before.buyAmount + price * quantity }
        : { sold: before.sold + quantity, sellAmount: before.sellAmount + price * quantity };
    this.#positions.set(keyOf(listing, product), { ...before, ...change });
  }

  /** Moves units from one product to another at their price; false when there are not as many. */
  convert(listing: SimulatedListing, from: WireProduct, to: WireProduct, side: OrderSide, quantity: number): boolean {
    const position = this.find(listing, from);
    const net = position === undefined ? 0 : netQuantity(position);
    if (position === undefined || net * (side === 'BUY' ? 1 : -1) < quantity) return false;
    const price = averagePriceOf(position);
    this.add(listing, from, side, -quantity, price);
    this.add(listing, to, side, quantity, price);
    return true;
  }

  /** A new day has begun. */
  roll(): void {
    const carried = new Map<string, OpenPosition>();
    for (const [key, position] of this.#positions) {
      const net = netQuantity(position);
      if (net === 0 || position.product === 'INTRADAY') continue;
      const price = averagePriceOf(position);
      if (position.product === 'DELIVERY') {
        this.hold(position.listing, net, price);
        continue;
      }
      const side = net > 0 ? 'Bought' : 'Sold';
      const amount = net > 0 ? 'carriedBuyAmount' : 'carriedSellAmount';
      const quantity = Math.abs(net);
      carried.set(key, {
        ...emptyPosition(position.listing, position.product),
        [`carried${side}`]: quantity,
        [amount]: quantity * price,
      });
    }
    this.#positions = carried;
  }
}

export function netQuantity(position: OpenPosition): number {
  return position.bought + position.carriedBought - position.sold - position.carriedSold;
}

/** Mean price of what was opened: of the buys when long, of the sells when short. */
export function averagePriceOf(position: OpenPosition): Rupees {
  return netQuantity(position) >= 0 ? totalBuyAverage(position) : totalSellAverage(position);
}

export function totalBuyAverage({ buyAmount, carriedBuyAmount, bought, carriedBought }: OpenPosition): Rupees {
  return average(buyAmount + carriedBuyAmount, bought + carriedBought);
}

export function totalSellAverage({ sellAmount, carriedSellAmount, sold, carriedSold }: OpenPosition): Rupees {
  return average(sellAmount + carriedSellAmount, sold + carriedSold);
}

/** Profit of what was both bought and sold, before charges. */
export function realisedPaise(position: OpenPosition): Paise {
  const bought = position.bought + position.carriedBought;
  const sold = position.sold + position.carriedSold;
  return toPaise(totalSellAverage(position) - totalBuyAverage(position), Math.min(bought, sold));
}

export function unrealisedPaise(position: OpenPosition, lastPrice: Rupees): Paise {
  return toPaise(lastPrice - averagePriceOf(position), netQuantity(position));
}

export function average(amount: Rupees, quantity: number): Rupees {
  return quantity === 0 ? 0 : amount / quantity;
}

function emptyPosition(listing: SimulatedListing, product: WireProduct): OpenPosition {
  return {
    listing,
    product,
    bought: 0,
    sold: 0,
    buyAmount: 0,
    sellAmount: 0,
    carriedBought: 0,
    carriedSold: 0,
    carriedBuyAmount: 0,
    carriedSellAmount: 0,
  };
}

function keyOf({ segment, token }: SimulatedListing, product: WireProduct): string {
  return `${segment}:${token}:${product}`;
}
