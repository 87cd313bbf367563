/** One order a price, and how long each takes from its price to the wire. */
import { atPrice } from './at-price.ts';
import { FIRST_PRICE, SHARE, type WireDesk } from './wire-desk.ts';

const PATIENCE_MS = 2_000;

/** Each a tick above the one before. */
export function pricesOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Number((FIRST_PRICE + (index + 1) * SHARE.tickSize).toFixed(2)));
}

/** Strategies as `bot.config.ts` has them: each buys one share, on the tick that prints its price. */
export function buyersAt(prices: readonly number[]): readonly object[] {
  return prices.map((price, index) => ({
    ...{ id: `at-${index}`, strategy: atPrice.name, instruments: [SHARE.id], timeframe: '1m', params: { price } },
    ...{ product: 'INTRADAY', sizing: { kind: 'fixed-quantity', quantity: 1 } },
  }));
}

/** Milliseconds from the price's frame at the worker's socket to the order request that it leads to. */
export function tickToWire({ tap, print }: WireDesk, price: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`No order at ${price} in time`)), PATIENCE_MS);
    let sentTime = Number.NaN;
    tap.onFrame = (time) => {
      if (Number.isNaN(sentTime)) sentTime = time;
    };
    tap.onCall = ({ path, time }) => {
      if (!path.endsWith('/placeOrder')) return;
      clearTimeout(late);
      resolve(time - sentTime);
    };
    print(price);
  });
}
