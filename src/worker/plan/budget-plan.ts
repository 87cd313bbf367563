import type { CallClass } from '../../brokers/angel-one/rest/call-class.ts';
import type { InstrumentId, StrategyId } from '../../core/ids.ts';
import type { RiskLimits } from '../../engine/risk/risk-limits.ts';

export type Span = 'second' | 'minute' | 'hour';

/** One strategy in one instrument that can be traded: it holds one position at most. */
export interface PlannedPair {
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  /** Orders that its largest position takes, because of the exchange's freeze quantity. */
  readonly slices: number;
  /** Between two decisions: the length of its candles. */
  readonly everyMinutes: number;
}

/** What nobody can know beforehand. */
export interface Assumptions {
  /** Pieces in which an order is filled; each piece of an entry gets a stop and a target of its own. */
  readonly fillsPerOrder: number;
  readonly reconnectsPerHour: number;
}

export interface PlanFacts {
  readonly pairs: readonly PlannedPair[];
  /** Whose prices are followed, traded or not. */
  readonly instruments: number;
  readonly limits: Pick<RiskLimits, 'maxOpenPositions' | 'maxOrdersPerMinute' | 'maxOrdersPerDay'>;
  readonly assumptions: Assumptions;
  /** How often the limit of an order follows the price, and how long it waits in between; nothing of it for market orders. */
  readonly repricing: { readonly ofEntry: number; readonly ofExit: number; readonly everyMs: number };
}

/** Why calls are made, and how many of them a span may see. */
export interface Cause {
  readonly cause: string;
  /** Exits may use what is kept for them, and go before everything else. */
  readonly isExit: boolean;
  readonly calls: number;
}

export interface CauseRow extends Cause {
  /** How long these alone take when all are wanted at once. */
  readonly drainMs: number;
}

export interface WindowPlan {
  readonly span: Span;
  /** What we allow ourselves: the broker's own, less our margin. */
  readonly limit: number;
  readonly exitReserve: number;
  readonly causes: readonly CauseRow[];
  /** The worst case: all causes in one span. */
  readonly calls: number;
  readonly exits: number;
  readonly fits: boolean;
  /** How long all of them take when they are wanted at once. */
  readonly drainMs: number;
}

export interface ClassPlan {
  readonly callClass: CallClass;
  readonly windows: readonly WindowPlan[];
}

export interface BudgetPlan {
  /** Exits find room in every window, and those of one minute are out within a minute. */
  readonly isHeld: boolean;
  /** Why not; empty when it holds. */
  readonly reasons: readonly string[];
  /** What to do about it. */
  readonly todo: readonly string[];
  readonly pairs: number;
  /** The most positions that can be open at once. */
  readonly positions: number;
  readonly instruments: number;
  /** How long the last exit waits when everything is squared off in one second. */
  readonly exitDrainMs: number;
  readonly classes: readonly ClassPlan[];
}
