/**
 * Good-till-triggered rules: orders that rest at the broker until their trigger, for up to a year. Each leg is a rule of its
 * own at a broker that knows no pairs.
 */
import type { BrokerGttId, BrokerOrderId, ClientOrderId, InstrumentId, StrategyId } from './ids.ts';
import type { Rupees } from './money.ts';
import type { OrderSide, ProductType } from './order.ts';
import type { EpochMs } from './time.ts';

/**
 * The life of a leg. `INITIALIZED` is written before any I/O; `SUBMITTING`, `MODIFYING` and `CANCELLING` before the network
 * call; `ACTIVE` is at the broker; `UNKNOWN` means that the broker's list has to be searched, or its owner asked.
 */
export const GTT_STATUSES = [
  'INITIALIZED',
  'SUBMITTING',
  'ACTIVE',
  'MODIFYING',
  'CANCELLING',
  'UNKNOWN',
  'TRIGGERED',
  'EXPIRED',
  'CANCELLED',
  'REJECTED',
] as const;
export type GttStatus = (typeof GTT_STATUSES)[number];

export const GTT_LEGS = ['SINGLE', 'STOP_LOSS', 'TARGET'] as const;
export type GttLegName = (typeof GTT_LEGS)[number];

/** What can be changed of a leg. */
export interface GttTerms {
  /** Units. */
  readonly quantity: number;
  readonly triggerPrice: Rupees;
  /** Of the limit order that the trigger places. */
  readonly limitPrice: Rupees;
}

export interface GttLeg extends GttTerms {
  readonly name: GttLegName;
  readonly status: GttStatus;
  readonly brokerGttId: BrokerGttId | null;
  /** Rules of the same content that the broker had before this one was sent: they are not it. */
  readonly priorIds: readonly BrokerGttId[];
  readonly submittedTime: EpochMs | null;
  /** The broker's words, or ours, about the status. */
  readonly reason: string | null;
  readonly updatedTime: EpochMs;
  /** The order of ours that it carries out; null for a rule by hand. */
  readonly clientOrderId: ClientOrderId | null;
  /** What its trigger has placed at the exchange, when that is known. */
  readonly brokerOrderId: BrokerOrderId | null;
}

interface GttBase {
  readonly clientGttId: ClientOrderId;
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly product: ProductType;
  readonly createdTime: EpochMs;
  /** From then on it is taken back, whatever the broker makes of its validity. */
  readonly expires: EpochMs;
  /** Nobody wants it any more: what is at the broker has to go. */
  readonly isWithdrawn: boolean;
}

/** One trigger. */
export interface SingleGtt extends GttBase {
  readonly kind: 'SINGLE';
  readonly legs: readonly [GttLeg];
}

/** A stop-loss and a target; the one that triggers cancels the other. */
export interface OcoGtt extends GttBase {
  readonly kind: 'OCO';
  readonly legs: readonly [stopLoss: GttLeg, target: GttLeg];
}

export type Gtt = SingleGtt | OcoGtt;

/** Whose the rules are that a person has made. */
export const BY_HAND = 'by-hand' as StrategyId;

/** The longest that a broker keeps a rule. */
export const LONGEST_GTT_DAYS = 365;

/** Nothing changes any more, but for a trigger that is told late. */
export function isGttEnded(status: GttStatus): boolean {
  return status === 'TRIGGERED' || status === 'EXPIRED' || status === 'CANCELLED' || status === 'REJECTED';
}
