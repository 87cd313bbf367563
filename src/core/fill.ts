import type { ClientOrderId, InstrumentId } from './ids.ts';
import type { Paise, Rupees } from './money.ts';
import type { OrderSide } from './order.ts';
import type { EpochMs } from './time.ts';

/** One execution as the broker or the simulated exchange reports it. Unique by `fillId`. */
export interface Fill {
  readonly fillId: string;
  readonly clientOrderId: ClientOrderId;
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly price: Rupees;
  readonly time: EpochMs;
}

/** A fill in the books: with what it cost. */
export interface BookedFill extends Fill {
  /** Its place among the engine's orders and fills, by when the engine heard of it: exchanges tell time by the second. */
  readonly sequence: number;
  readonly chargesPaise: Paise;
}
