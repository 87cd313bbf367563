/**
 * A risk rule answers one question about one sized signal: why not? Rules are pure; everything they need is in the context.
 */
import type { DenialReason } from '../../core/denial-reason.ts';
import type { ClientOrderId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { MarketSession } from '../../core/market-session.ts';
import type { Paise, Rupees } from '../../core/money.ts';
import type { ProductType } from '../../core/order.ts';
import type { Position } from '../../core/position.ts';
import type { Signal } from '../../core/signal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { RiskLimits } from './risk-limits.ts';

/** The account as the books stand at this moment. */
export interface AccountView {
  readonly capitalPaise: Paise;
  /** Capital plus realised net plus unrealised of open positions. */
  readonly equityPaise: Paise;
  readonly peakEquityPaise: Paise;
  /** Realised net and unrealised change since the day began; negative is a loss. */
  readonly dayPaise: Paise;
  /** Not tied up in open positions or working entries. */
  readonly availablePaise: Paise;
  readonly openPositions: number;
  /** Entries planned and not finished, in instruments without a position yet. */
  readonly pendingPositions: number;
  readonly ordersLastMinute: number;
  readonly ordersToday: number;
  /** Losing trades in a row up to now, today. */
  readonly losingStreak: number;
}

export interface RiskContext {
  readonly now: EpochMs;
  readonly limits: RiskLimits;
  readonly account: AccountView;
  readonly instrument: Instrument;
  readonly product: ProductType;
  /** The session in progress or the next one; null when the calendar knows none. */
  readonly session: MarketSession | null;
  /** Intraday positions of this instrument are closed from then on; null for other products. */
  readonly squareOffTime: EpochMs | null;
  readonly position: Position;
  /** Units of this strategy's working entry orders in the instrument. */
  readonly workingEntryQuantity: number;
  /** Units of the instrument over all strategies, signed. */
  readonly accountQuantity: number;
  /** Latest traded price; null before the first. */
  readonly lastPrice: Rupees | null;
  /** When this strategy's latest stop-loss in the instrument was filled; null when none was today. */
  readonly lastStopTime: EpochMs | null;
  /** What the broker says that one unit ties up, in fractional paise; left out or 0 when it has not said it of late. */
  readonly unitMarginPaise?: number;
  /** An order in this instrument, of whatever strategy, of which nobody knows whether it is at the broker. */
  readonly doubtfulOrder: ClientOrderId | null;
  readonly isKilled: boolean;
  /** The account or this strategy. */
  readonly isPaused: boolean;
}

export interface RiskRule {
  readonly name: string;
  /** Exits must always be possible: most rules ask about entries only. */
  readonly appliesTo: 'ENTRY' | 'EXIT' | 'BOTH';
  denies(signal: Signal, context: RiskContext): DenialReason | undefined;
}

/** What a rule looks at that asks about the account and not about the signal: what it denies, it denies to every entry. */
export interface AccountContext {
  readonly limits: RiskLimits;
  readonly account: Omit<AccountView, 'availablePaise' | 'ordersLastMinute'>;
  /** Where the entry would go; an entry where nothing is open opens a position more. */
  readonly position: Pick<Position, 'quantity'>;
}

export interface AccountRule extends RiskRule {
  denies(signal: unknown, context: AccountContext): DenialReason | undefined;
}
