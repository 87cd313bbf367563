import type { InstrumentId } from '../core/ids.ts';
import type { Paise } from '../core/money.ts';
import type { OrderSide, ProductType } from '../core/order.ts';
import type { Outcome } from './outcome.ts';

/** What an order at the market would tie up. */
export interface MarginQuestion {
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly product: ProductType;
  /** Units. */
  readonly quantity: number;
}

/** What the broker says of the account's money. */
export interface MarginSource {
  /** What new orders can be paid from. */
  available(): Promise<Outcome<Paise>>;
  marginOf(question: MarginQuestion): Promise<Outcome<Paise>>;
}
