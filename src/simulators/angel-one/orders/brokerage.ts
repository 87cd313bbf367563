/** The broker's back office: a desk, funds, positions and GTT rules for each client, all over one exchange. */
import type { MarketCalendar } from '../../../core/market-session.ts';
import { dayOf, startOfDay } from '../../../core/time.ts';
import type { ChargeModel } from '../../../ports/charge-model.ts';
import type { SimulatedAccount } from '../accounts/account.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Switches } from '../control/behaviours.ts';
import type { TruthLedger } from '../control/truth-ledger.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { ClientDesk } from './client-desk.ts';
import { ClientFunds } from './client-funds.ts';
import { ExchangeFloor } from './exchange-floor.ts';
import { GttDesk } from './gtt-desk.ts';
import { OrderDesk } from './order-desk.ts';
import { OrderIds } from './order-ids.ts';
import { PositionBook } from './position-book.ts';
import { squareOffDaily } from './square-off.ts';

export interface BrokerageParts {
  readonly market: SimulatedMarket;
  readonly calendar: MarketCalendar;
  readonly charges: ChargeModel | null;
  readonly switches: Switches;
  readonly accounts: AccountBook;
  readonly ledger: TruthLedger;
  readonly closed: AbortSignal;
}

export class Brokerage {
  readonly #desks: ReadonlyMap<string, ClientDesk>;
  readonly #unlisten: () => void;

  constructor(parts: BrokerageParts) {
    const { market, calendar, switches, accounts, closed } = parts;
    const floor = new ExchangeFloor(market, calendar, switches, closed);
    const ids = new OrderIds();
    const desks = accounts.all.map((account) => openDesk(account, parts, floor, ids));
    this.#desks = new Map(desks.map((desk) => [desk.account.clientCode, desk]));
    this.#unlisten = market.onTick((quote) => {
      for (const { orders, gtt } of desks) {
        gtt.onTick(quote);
        orders.beforeTick(quote);
      }
      floor.onTick(quote.tick);
      for (const { orders } of desks) orders.afterTick(quote.listing);
    });
    squareOffDaily(desks, market, switches, closed);
    void rollDaily(desks, market, closed);
  }

  deskOf(clientCode: string): ClientDesk | undefined {
    return this.#desks.get(clientCode);
  }

  close(): void {
    this.#unlisten();
  }
}

function openDesk(account: SimulatedAccount, parts: BrokerageParts, floor: ExchangeFloor, ids: OrderIds): ClientDesk {
  const { market, charges, switches, accounts, ledger, closed } = parts;
  const { clientCode } = account;
  const positions = new PositionBook();
  for (const { segment, token, quantity, averagePrice } of account.holdings ?? []) {
    const listing = market.find(segment, token);
    if (listing !== undefined) positions.hold(listing, quantity, averagePrice);
  }
  const funds = new ClientFunds(account.fundsPaise, positions, charges, market);
  const announce = (code: string, row: Parameters<AccountBook['announceOrder']>[2]): void =>
    accounts.announceOrder(clientCode, code, row);
  const orders = new OrderDesk({
    clientCode,
    market,
    floor,
    switches,
    ledger,
    ids,
    funds,
    positions,
    announce,
    closed,
  });
  const gtt = new GttDesk({ clientCode, market, switches, ledger, ids, orders });
  return { account, orders, gtt, funds, positions };
}

async function rollDaily(desks: readonly ClientDesk[], { clock }: SimulatedMarket, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    await clock.sleepUntil(startOfDay(dayOf(clock.now()) + 1), closed);
    if (closed.aborted) return;
    for (const { funds, positions } of desks) {
      funds.roll();
      positions.roll();
    }
  }
}
