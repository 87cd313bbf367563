import { expect, onTestFinished } from 'vitest';
import type { Instrument } from '../../src/core/instrument.ts';
import type { MarketCalendar } from '../../src/core/market-session.ts';
import type { SimulatedAccount } from '../../src/simulators/angel-one/accounts/account.ts';
import type { BehaviourChanges } from '../../src/simulators/angel-one/control/behaviours.ts';
import type { OrderRow, SimulatedListing } from '../../src/simulators/angel-one/parts.ts';
import { type AngelOneSimulator, startAngelOneSimulator } from '../../src/simulators/angel-one/start-simulator.ts';
import { TEST_ACCOUNT, WireClient } from './angel-one-client.ts';
import { type HandMarket, openHandMarket } from './angel-one-market.ts';
import { fixedCalendar, ist, testInstrument } from './fixed-calendar.ts';
import { SIMPLE_CHARGES } from './simple-charges.ts';
import type { OnFinished } from './temp-folder.ts';

export const INFY = testInstrument('NSE:INFY');
export const NIFTY = testInstrument('NSE:NIFTY 50', { kind: 'INDEX', symbol: 'NIFTY 50' });
export const CALL = testInstrument('NFO:NIFTY:2026-11-24:26000:CE', {
  exchange: 'NFO',
  symbol: 'NIFTY',
  kind: 'OPTION',
  lotSize: 75,
  freezeQuantity: 1800,
  expiry: '2026-11-24',
  strike: 26000,
  optionType: 'CE',
  underlying: NIFTY.id,
});

/** A Tuesday in session. */
export const MORNING = ist('2026-11-17', '10:00');

export interface TestDesk {
  readonly market: HandMarket;
  readonly simulator: AngelOneSimulator;
  readonly client: WireClient;
  readonly infy: SimulatedListing;
  /** Codes and rows of the order stream, as they were announced. */
  readonly stream: { readonly code: string; readonly row: OrderRow }[];
  /** Time passes until every phase of every order is behind it. */
  settle(): Promise<void>;
}

export interface DeskSetup {
  readonly behaviours?: BehaviourChanges;
  readonly account?: Partial<SimulatedAccount>;
  readonly start?: number;
  readonly instruments?: readonly Instrument[];
  readonly isLoggedIn?: boolean;
  readonly calendar?: MarketCalendar;
  readonly onFinished?: OnFinished;
}

/** A simulator with INFY at 1500 in a market moved by hand, and a client that has logged in; closed with the test. */
export async function openTestDesk(setup: DeskSetup = {}): Promise<TestDesk> {
  const { calendar = fixedCalendar, onFinished = onTestFinished } = setup;
  const market = openHandMarket(setup.instruments ?? [INFY, NIFTY, CALL], setup.start ?? MORNING, calendar);
  const account = { ...TEST_ACCOUNT, ...setup.account };
  const simulator = await startAngelOneSimulator({
    market,
    accounts: [account],
    calendar,
    charges: SIMPLE_CHARGES,
    behaviours: { rateLimits: 'counted', totpReuse: 'allowed', ...setup.behaviours },
  });
  onFinished(async () => {
    await simulator.close();
    expect(simulator.ledger.mishaps).toEqual([]);
  });
  const stream: { code: string; row: OrderRow }[] = [];
  simulator.accounts.onOrder((_clientCode, code, row) => stream.push({ code, row }));
  const infy = market.listing('NSE:INFY');
  await market.print(infy, 1500);
  const client = new WireClient(simulator.url, account);
  if (setup.isLoggedIn !== false) await client.login();
  return { market, simulator, client, infy, stream, settle: () => market.reach(market.clock.now() + 200) };
}

/** A limit order to buy ten INFY at 1500, with the changes. */
export function orderOf(listing: SimulatedListing, changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    variety: 'NORMAL',
    tradingsymbol: listing.tradingSymbol,
    symboltoken: listing.token,
    transactiontype: 'BUY',
    exchange: listing.segment,
    ordertype: 'LIMIT',
    producttype: 'INTRADAY',
    duration: 'DAY',
    price: '1500',
    triggerprice: '0',
    quantity: '10',
    disclosedquantity: '0',
    ordertag: 'b7k2m9q4x1c8v5n3',
    ...changes,
  };
}

/** What the place call answered with: order id and unique order id. */
export function idsOf(data: unknown): { readonly orderid: string; readonly uniqueorderid: string } {
  const { orderid, uniqueorderid } = data as Readonly<Record<string, unknown>>;
  return { orderid: String(orderid), uniqueorderid: String(uniqueorderid) };
}

/** The rows of a book; none when its data is null. */
export function rowsOf(data: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(data) ? data : [];
}
