import type { SimulatedAccount } from '../accounts/account.ts';
import type { ClientFunds } from './client-funds.ts';
import type { GttDesk } from './gtt-desk.ts';
import type { OrderDesk } from './order-desk.ts';
import type { PositionBook } from './position-book.ts';

/** All that the back office keeps of one client. */
export interface ClientDesk {
  readonly account: SimulatedAccount;
  readonly orders: OrderDesk;
  readonly gtt: GttDesk;
  readonly funds: ClientFunds;
  readonly positions: PositionBook;
}
