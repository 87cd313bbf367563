/** What the halves of the simulator (REST and orders, market and streams) know of each other. */
import type { Candle } from '../../core/candle.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Rupees } from '../../core/money.ts';
import type { Tick } from '../../core/tick.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** One of our instruments under the broker's names; the simulator keeps its own list, as the broker does. */
export interface SimulatedListing {
  readonly instrument: Instrument;
  /** `NSE`, `NFO`, … */
  readonly segment: string;
  readonly token: string;
  readonly tradingSymbol: string;
}

/** What a listing's last packet says, in rupees and units. */
export interface SimulatedQuote {
  readonly listing: SimulatedListing;
  readonly tick: Tick;
  readonly sequence: number;
  readonly lastQuantity: number;
  readonly averagePrice: Rupees;
  readonly open: Rupees;
  readonly high: Rupees;
  readonly low: Rupees;
  readonly previousClose: Rupees;
  readonly totalBuyQuantity: number;
  readonly totalSellQuantity: number;
  readonly lastTradeTime: EpochMs;
  readonly lowerCircuit: Rupees;
  readonly upperCircuit: Rupees;
  /** Of the last 52 weeks; the day's own when not known. */
  readonly yearHigh?: Rupees;
  readonly yearLow?: Rupees;
}

export interface SimulatedMarket {
  /** The simulator's own time; everything that expires or is limited goes by it. */
  readonly clock: Clock;
  readonly listings: readonly SimulatedListing[];
  find(segment: string, token: string): SimulatedListing | undefined;
  /** The last print; before the day's first one what is known of the day before, if anything is. */
  quote(listing: SimulatedListing): SimulatedQuote | undefined;
  /** Told every print in order; returns how to stop listening. */
  onTick(listener: (quote: SimulatedQuote) => void): () => void;
  /** One-minute or larger candles that have begun by now, the last one forming; open time in [from, to). */
  candles(listing: SimulatedListing, minutes: number | 'day', from: EpochMs, to: EpochMs): readonly Candle[];
  /** Asked between prints: the market waits for what it returns (a reader that cannot keep up). Not every market waits. */
  paceBy?(busy: () => Promise<void> | undefined): () => void;
  /** Prices begin to move. */
  start(): void;
  /** No more prints and no timer left; `ended` resolves. */
  close?(): void;
  /** Resolves when the last print has been made. */
  readonly ended: Promise<void>;
}

/** One order as books, details and order stream show it: the broker's field names and value types. */
export type OrderRow = Readonly<Record<string, string | number>>;

/** What a stream's upgrade request brought; absent values are undefined. */
export interface StreamCredentials {
  readonly authorization: string | undefined;
  readonly clientCode: string | undefined;
  readonly apiKey: string | undefined;
  readonly feedToken: string | undefined;
}

/** What the streams ask of the accounts. */
export interface SimulatedAccounts {
  /** The client code, or why not: the HTTP status and the name of the bad item. */
  admit(
    stream: 'market' | 'orders',
    credentials: StreamCredentials,
  ): { readonly clientCode: string } | { readonly status: 401 | 403; readonly message: string };
  /** Told whenever the tokens of a client have died: its streams are closed. */
  onExpired(listener: (clientCode: string) => void): () => void;
  /** Told every change of an order, with the stream's status code (`AB01`, …). */
  onOrder(listener: (clientCode: string, code: string, row: OrderRow) => void): () => void;
}
