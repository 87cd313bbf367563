import type { ClientOrderId, InstrumentId } from './ids.ts';
import type { Paise, Rupees } from './money.ts';
import type { EpochMs } from './time.ts';

/** Why **we** refused a signal (a broker's refusal is a rejection). A closed catalogue; each reason carries its numbers. */
export type DenialReason =
  | { readonly code: 'KILL_SWITCH_ON' }
  | { readonly code: 'TRADING_PAUSED' }
  | { readonly code: 'MARKET_CLOSED'; readonly at: EpochMs }
  | { readonly code: 'SQUARE_OFF_WINDOW'; readonly at: EpochMs; readonly from: EpochMs }
  | { readonly code: 'STALE_SIGNAL'; readonly at: EpochMs; readonly expired: EpochMs }
  | { readonly code: 'ORDER_IN_DOUBT'; readonly clientOrderId: ClientOrderId }
  | { readonly code: 'NOT_TRADABLE'; readonly instrumentId: InstrumentId; readonly why: string }
  | { readonly code: 'DAILY_LOSS_LIMIT'; readonly limitPaise: Paise; readonly lossPaise: Paise }
  | { readonly code: 'MAX_DRAWDOWN'; readonly limitPercent: number; readonly drawdownPercent: number }
  | { readonly code: 'MAX_OPEN_POSITIONS'; readonly limit: number; readonly open: number }
  | { readonly code: 'MAX_POSITION_PER_INSTRUMENT'; readonly limit: number; readonly wanted: number }
  | { readonly code: 'MAX_ORDER_VALUE'; readonly limitPaise: Paise; readonly valuePaise: Paise }
  | { readonly code: 'MAX_ORDERS_PER_MINUTE'; readonly limit: number; readonly sent: number }
  | { readonly code: 'MAX_ORDERS_PER_DAY'; readonly limit: number; readonly sent: number }
  | {
      readonly code: 'PRICE_OUTSIDE_BAND';
      readonly price: Rupees;
      readonly reference: Rupees;
      readonly bandPercent: number;
    }
  | { readonly code: 'COOLDOWN_AFTER_STOP'; readonly until: EpochMs }
  | { readonly code: 'LOSING_STREAK_LOCK'; readonly limit: number; readonly losses: number }
  | { readonly code: 'DUPLICATE_EXPOSURE'; readonly held: number; readonly working: number }
  | { readonly code: 'INSUFFICIENT_MARGIN'; readonly neededPaise: Paise; readonly availablePaise: Paise }
  | { readonly code: 'NOT_A_LOT_MULTIPLE'; readonly quantity: number; readonly lotSize: number }
  | { readonly code: 'NO_POSITION_TO_EXIT' }
  | { readonly code: 'SHORT_NOT_ALLOWED'; readonly why: string };

export type DenialCode = DenialReason['code'];
