import type { MarketCalendar } from '../../../core/market-session.ts';
import type { ChargeModel } from '../../../ports/charge-model.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Switches } from '../control/behaviours.ts';
import type { TruthLedger } from '../control/truth-ledger.ts';
import type { ClientDesk } from '../orders/client-desk.ts';
import type { WireBody } from '../orders/wire-fields.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { Operation } from './endpoints.ts';
import type { Reply } from './reply.ts';

/** What the endpoints work with. */
export interface RestParts {
  readonly market: SimulatedMarket;
  readonly calendar: MarketCalendar;
  readonly charges: ChargeModel | null;
  readonly switches: Switches;
  readonly accounts: AccountBook;
  readonly ledger: TruthLedger;
}

/** A call whose token was good. */
export interface ClientCall {
  readonly body: WireBody;
  /** What follows the path of `details/`. */
  readonly id: string;
  readonly desk: ClientDesk;
  /** How far behind the books are for this call. */
  readonly lagMs: number;
  readonly authorization: string | undefined;
}

/** A call before any token exists. */
export interface OpenCall {
  readonly body: WireBody;
  readonly apiKey: string | undefined;
}

export type OpenOperation = 'login' | 'refresh';
export type ClientOperation = Exclude<Operation, OpenOperation>;
export type ClientHandler = (call: ClientCall, parts: RestParts) => Reply;
