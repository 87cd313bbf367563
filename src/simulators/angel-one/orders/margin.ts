import type { Paise, Rupees } from '../../../core/money.ts';
import { toPaise } from '../../../core/money.ts';
import type { OrderSide } from '../../../core/order.ts';
import type { SimulatedListing } from '../parts.ts';
import type { WireProduct } from './desk-order.ts';

const INTRADAY_CASH = 0.2;
const MARGIN_CASH = 0.5;
/** Of the contract's value; stands for span and exposure together. */
const DERIVATIVE = 0.12;

/** What the broker blocks for so many units; plausible, not the exchange's own model. */
export function marginOf(
  { instrument }: SimulatedListing,
  product: WireProduct,
  side: OrderSide,
  quantity: number,
  price: Rupees,
): Paise {
  if (instrument.kind === 'OPTION') {
    return side === 'BUY' ? toPaise(price, quantity) : toPaise((instrument.strike ?? price) * DERIVATIVE, quantity);
  }
  if (instrument.kind === 'FUTURE') return toPaise(price * DERIVATIVE, quantity);
  if (product === 'INTRADAY') return toPaise(price * INTRADAY_CASH, quantity);
  if (side === 'SELL') return 0;
  return toPaise(product === 'MARGIN' ? price * MARGIN_CASH : price, quantity);
}
