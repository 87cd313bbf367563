import type { Provenance } from './candle.ts';
import type { DenialReason } from './denial-reason.ts';
import type { InstrumentId, SignalKey, StrategyId } from './ids.ts';
import type { OptionType } from './instrument.ts';
import type { Rupees } from './money.ts';
import type { OrderSide, ProductType } from './order.ts';
import type { EpochMs } from './time.ts';
import type { Timeframe } from './timeframe.ts';

export const SIGNAL_KINDS = ['ENTRY', 'EXIT'] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];
export const SIGNAL_STATUSES = ['ACTIVE', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'DENIED'] as const;
export type SignalStatus = (typeof SIGNAL_STATUSES)[number];

/** Every signal gets exactly one, stored with it. */
export type Verdict = { readonly kind: 'ALLOWED' } | { readonly kind: 'DENIED'; readonly reason: DenialReason };

/** A strategy's decision, with identity. */
export interface Signal {
  readonly key: SignalKey;
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  /** Open time of the candle that gave it. */
  readonly candleTime: EpochMs;
  readonly kind: SignalKind;
  readonly side: OrderSide;
  readonly optionType: OptionType | null;
  readonly product: ProductType;
  /** The price seen when it was given; orders are planned around it. */
  readonly entryPrice: Rupees;
  readonly target: Rupees | null;
  readonly stopLoss: Rupees | null;
  /** Distance at which the stop follows the best price since the entry; null: it stays where it is. */
  readonly trail: Rupees | null;
  /** Units; 0 when it was denied before it was sized. */
  readonly quantity: number;
  /** 0 to 100. */
  readonly confidence: number;
  readonly reason: string;
  readonly notes: string | null;
  readonly tags: readonly string[];
  readonly provenance: Provenance;
  readonly createdTime: EpochMs;
  readonly expiresTime: EpochMs;
  readonly status: SignalStatus;
  readonly verdict: Verdict;
}
