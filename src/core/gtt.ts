import type { ClientOrderId, InstrumentId, StrategyId } from './ids.ts';
import type { Rupees } from './money.ts';
import type { OrderSide, ProductType } from './order.ts';
import type { EpochMs } from './time.ts';

export const GTT_STATUSES = ['ACTIVE', 'TRIGGERED', 'DISABLED', 'EXPIRED', 'CANCELLED', 'REJECTED', 'DELETED'] as const;
export type GttStatus = (typeof GTT_STATUSES)[number];

interface GttBase {
  readonly clientGttId: ClientOrderId;
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly product: ProductType;
  readonly status: GttStatus;
  readonly createdTime: EpochMs;
}

export interface GttLeg {
  readonly triggerPrice: Rupees;
  readonly limitPrice: Rupees;
}

/** One trigger. */
export interface SingleGtt extends GttBase {
  readonly kind: 'SINGLE';
  readonly leg: GttLeg;
}

/** A stop-loss and a target; the one that triggers cancels the other. */
export interface OcoGtt extends GttBase {
  readonly kind: 'OCO';
  readonly stopLoss: GttLeg;
  readonly target: GttLeg;
}

/** An order that rests at the broker until its trigger. */
export type Gtt = SingleGtt | OcoGtt;
