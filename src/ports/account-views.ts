import type { DenialCode } from '../core/denial-reason.ts';
import type { BookedFill } from '../core/fill.ts';
import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { Paise, Rupees } from '../core/money.ts';
import type { Order, ProductType } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { Trade } from '../core/trade.ts';
import type { ChartCandle } from './chart.ts';
import type { Switches } from './engine-event.ts';

export interface OpenPosition {
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly product: ProductType;
  /** Signed: negative is short. */
  readonly quantity: number;
  readonly averagePrice: Rupees;
  readonly openedTime: EpochMs;
  /** The latest price in the books; null when there is none. */
  readonly lastPrice: Rupees | null;
  readonly lastTime: EpochMs | null;
  /** Trigger of the stop and limit of the target that are working; null where none is. */
  readonly stop: Rupees | null;
  readonly target: Rupees | null;
}

/** What closed trades came to, and what open positions stand at by the latest prices. */
export interface AccountResult {
  readonly trades: number;
  readonly won: number;
  readonly grossPaise: Paise;
  readonly chargesPaise: Paise;
  readonly netPaise: Paise;
  /** Before the charges of getting out; positions without a price count nothing. */
  readonly openPaise: Paise;
}

/** What an account has open. */
export interface AccountStanding {
  readonly openPositions: number;
  readonly workingEntries: number;
  /** Stop-losses, targets, exits and square-offs. */
  readonly workingExits: number;
}

export interface AccountStatus extends AccountStanding {
  /** Null: they can not be read, and entries are denied as if halted. */
  readonly switches: Switches | null;
  /** Orders of which nobody knows whether they are at the broker. */
  readonly unknownOrders: number;
  /** The newest price of all instruments. */
  readonly lastPriceTime: EpochMs | null;
  /** Differences from the broker's books that are not resolved. */
  readonly differences: number;
}

export interface ResultBySource {
  readonly strategyId: StrategyId;
  readonly trades: number;
  readonly won: number;
  readonly netPaise: Paise;
}

export interface Span {
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
}

export interface LatestQuote {
  readonly instrumentId: InstrumentId;
  readonly time: EpochMs;
  readonly lastPrice: Rupees;
  readonly bid: Rupees | null;
  readonly ask: Rupees | null;
  /** Units traded on the day. */
  readonly volume: number;
  readonly openInterest: number | null;
}

/** An instrument that the worker trades or watches; nulls where no price has come. */
export interface WatchedInstrument {
  readonly instrumentId: InstrumentId;
  readonly lastPrice: Rupees | null;
  /** Of the latest price. */
  readonly time: EpochMs | null;
  readonly bid: Rupees | null;
  readonly ask: Rupees | null;
  /** The first that is known of the span. */
  readonly firstPrice: Rupees | null;
}

/** Signals that got the same verdict. */
export interface VerdictCount {
  /** Null: they were allowed. */
  readonly code: DenialCode | null;
  readonly count: number;
  readonly newest: Signal;
}

/** An open position, and how far working stops get out of it. */
export interface PositionRisk extends Omit<OpenPosition, 'openedTime' | 'lastTime' | 'stop' | 'target'> {
  /** Units that working stops close, at most those that are open. */
  readonly stopUnits: number;
  /** Their price, on average where there are several; null when none works. */
  readonly stopPrice: Rupees | null;
}

/** A day's report as it was told. */
export interface DayReport {
  /** `2026-11-17`. */
  readonly day: string;
  readonly text: string;
}

/** An account as its books stand, for people to look at. Newest first where there is a time. */
export interface AccountViews {
  status(): Promise<AccountStatus>;
  /** Of one strategy, or of all when it is null. */
  standing(strategyId: StrategyId | null): Promise<AccountStanding>;
  positions(): Promise<readonly OpenPosition[]>;
  /** `open`: what has not ended; else those planned in the span. */
  orders(which: 'open' | Span, most: number): Promise<readonly Order[]>;
  /** Whose id begins so. */
  ordersLike(idStart: string, most: number): Promise<readonly Order[]>;
  signals(strategyId: StrategyId | null, most: number): Promise<readonly Signal[]>;
  trades(span: Span, most: number): Promise<readonly Trade[]>;
  result(span: Span): Promise<AccountResult>;
  /** The newest of an instrument that was traded, oldest first, made up of those of a minute. */
  candles(instrumentId: InstrumentId, timeframe: Timeframe, most: number): Promise<readonly ChartCandle[]>;
  /** Of an instrument, oldest first. */
  fills(instrumentId: InstrumentId, span: Span): Promise<readonly Pick<BookedFill, 'time' | 'price' | 'side'>[]>;
  /** Of instruments with that id or symbol, in any case. */
  quotes(name: string, most: number): Promise<readonly LatestQuote[]>;
  /** Of those among them that have a price, in no order. */
  quotesOf(ids: readonly InstrumentId[]): Promise<readonly LatestQuote[]>;
  /** Everything that the latest start has listed, by name. */
  watch(span: Span): Promise<readonly WatchedInstrument[]>;
  /** What risk has decided, by code. */
  verdicts(span: Span): Promise<readonly VerdictCount[]>;
  risks(): Promise<readonly PositionRisk[]>;
  /** Of the day (`2026-11-17`), or the latest. */
  report(day: string | null): Promise<DayReport | undefined>;
  resultsByStrategy(span: Span): Promise<readonly ResultBySource[]>;
}
