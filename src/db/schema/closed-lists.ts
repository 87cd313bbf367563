/** Unions of the core that exist there as types only; the compiler keeps these lists equal to them. */
import type { DenialCode } from '../../core/denial-reason.ts';
import type { Gtt } from '../../core/gtt.ts';
import type { InstrumentKind, OptionType } from '../../core/instrument.ts';
import type { Trade } from '../../core/trade.ts';
import type { OutboxJob } from '../../ports/ledger.ts';

export const INSTRUMENT_KINDS = namesOf<InstrumentKind>({ EQUITY: 1, INDEX: 1, FUTURE: 1, OPTION: 1 });
export const OPTION_TYPES = namesOf<OptionType>({ CE: 1, PE: 1 });
export const GTT_KINDS = namesOf<Gtt['kind']>({ SINGLE: 1, OCO: 1 });
export const TRADE_SIDES = namesOf<Trade['side']>({ LONG: 1, SHORT: 1 });
export const QUEUE_NAMES = namesOf<OutboxJob['queue']>({ orders: 1, alerts: 1, gtt: 1, telegram: 1 });
export const JOB_NAMES = namesOf<OutboxJob['name']>({ place: 1, modify: 1, cancel: 1, send: 1, deliver: 1, settle: 1 });
export const TRADING_MODES = ['paper', 'live'] as const;
export type TradingMode = (typeof TRADING_MODES)[number];

export const DENIAL_CODES = namesOf<DenialCode>({
  KILL_SWITCH_ON: 1,
  TRADING_PAUSED: 1,
  MARKET_CLOSED: 1,
  SQUARE_OFF_WINDOW: 1,
  STALE_SIGNAL: 1,
  ORDER_IN_DOUBT: 1,
  NOT_TRADABLE: 1,
  DAILY_LOSS_LIMIT: 1,
  MAX_DRAWDOWN: 1,
  MAX_OPEN_POSITIONS: 1,
  MAX_POSITION_PER_INSTRUMENT: 1,
  MAX_ORDER_VALUE: 1,
  MAX_ORDERS_PER_MINUTE: 1,
  MAX_ORDERS_PER_DAY: 1,
  PRICE_OUTSIDE_BAND: 1,
  COOLDOWN_AFTER_STOP: 1,
  LOSING_STREAK_LOCK: 1,
  DUPLICATE_EXPOSURE: 1,
  INSUFFICIENT_MARGIN: 1,
  NOT_A_LOT_MULTIPLE: 1,
  NO_POSITION_TO_EXIT: 1,
  SHORT_NOT_ALLOWED: 1,
});

function namesOf<Name extends string>(names: Readonly<Record<Name, 1>>): readonly [Name, ...Name[]] {
  // The record has exactly the union's members as keys, and no union here is empty.
  return Object.keys(names) as [Name, ...Name[]];
}
