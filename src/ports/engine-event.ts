import type { Alert } from '../core/alert.ts';
import type { Candle } from '../core/candle.ts';
import type { BookedFill, Fill } from '../core/fill.ts';
import type { ClientOrderId, InstrumentId, StrategyId } from '../core/ids.ts';
import type { Paise } from '../core/money.ts';
import type { Order, OrderSide, OrderUpdate, ProductType } from '../core/order.ts';
import type { Position } from '../core/position.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Trade } from '../core/trade.ts';
import type { MarketEvent } from './market-event.ts';

export const COMMANDS = ['halt', 'resume', 'kill', 'squareoff', 'cancel'] as const;
export type Command = (typeof COMMANDS)[number];

/** What a person has asked for: of one strategy, or of the whole account when none is named. */
export interface Commanded {
  readonly type: 'commanded';
  readonly command: Command;
  readonly strategyId?: StrategyId;
  /** Of `squareoff`: only in this instrument. */
  readonly instrumentId?: InstrumentId;
  /** Of `cancel`: the entry. */
  readonly orderId?: ClientOrderId;
  readonly time: EpochMs;
}

/** What one unit of an entry ties up at the broker, in fractional paise. */
export interface UnitMargin {
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly product: ProductType;
  readonly paise: number;
  /** When the broker was asked. */
  readonly time: EpochMs;
}

/** What the broker says of the account's money. */
export interface FundsReported {
  readonly type: 'fundsReported';
  /** What new entries can be paid from. */
  readonly availablePaise: Paise;
  /** As far as they were asked; what was said earlier stands. */
  readonly margins: readonly UnitMargin[];
  /** When the broker was asked. */
  readonly time: EpochMs;
}

/** What a person has switched off: entries only, exits always go. */
export interface Switches {
  readonly isKilled: boolean;
  readonly isPaused: boolean;
  /** Strategies that are paused on their own, in the order in which they were. */
  readonly pausedStrategies: readonly StrategyId[];
}

/** Everything the engine can be told. Events carry their own time; the engine reads no clock. */
export type EngineEvent =
  | MarketEvent
  | { readonly type: 'orderUpdated'; readonly update: OrderUpdate }
  | { readonly type: 'orderFilled'; readonly fill: Fill }
  | Commanded
  | FundsReported;

/** Everything the engine can ask for. Adapters carry effects out in order; those of one event belong to one transaction. */
export type Effect =
  | { readonly type: 'candleClosed'; readonly candle: Candle }
  | { readonly type: 'signalDecided'; readonly signal: Signal }
  | { readonly type: 'signalChanged'; readonly signal: Signal }
  | { readonly type: 'orderPlanned'; readonly order: Order }
  | { readonly type: 'orderChanged'; readonly order: Order; readonly update: OrderUpdate }
  /** The order's terms are now these. `place`: it was held until now; null: nobody but our books has to know. */
  | {
      readonly type: 'orderAmended';
      readonly order: Order;
      readonly job: 'place' | 'modify' | null;
      readonly time: EpochMs;
    }
  | { readonly type: 'cancelRequested'; readonly order: Order; readonly reason: string; readonly time: EpochMs }
  | { readonly type: 'fillBooked'; readonly fill: BookedFill; readonly order: Order; readonly position: Position }
  | { readonly type: 'tradeClosed'; readonly trade: Trade }
  | { readonly type: 'switchesChanged'; readonly switches: Switches; readonly time: EpochMs }
  | { readonly type: 'alertRaised'; readonly alert: Alert };
