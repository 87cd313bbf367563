import type { Switches } from '../control/behaviours.ts';
import type { TruthLedger } from '../control/truth-ledger.ts';
import type { OrderRow, SimulatedMarket } from '../parts.ts';
import type { ClientFunds } from './client-funds.ts';
import type { ExchangeFloor } from './exchange-floor.ts';
import type { OrderIds } from './order-ids.ts';
import type { PositionBook } from './position-book.ts';

/** What one client's order desk works with. */
export interface DeskParts {
  readonly clientCode: string;
  readonly market: SimulatedMarket;
  readonly floor: ExchangeFloor;
  readonly switches: Switches;
  readonly ledger: TruthLedger;
  readonly ids: OrderIds;
  readonly funds: ClientFunds;
  readonly positions: PositionBook;
  readonly announce: (code: string, row: OrderRow) => void;
  readonly closed: AbortSignal;
}
