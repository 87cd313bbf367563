import type { Instrument } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';
import type { OrderSide, ProductType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';

/** One fill and what the day's charges depend on besides it. */
export interface ChargeableFill {
  readonly instrument: Instrument;
  readonly product: ProductType;
  readonly side: OrderSide;
  readonly price: Rupees;
  readonly quantity: number;
  readonly time: EpochMs;
  /** Turnover (rupees) of earlier fills of the same order: brokerage is per executed order, not per fill. */
  readonly orderTurnoverBefore: Rupees;
  /** True for the first delivery sale of this scrip that day: the depository charge is per scrip and day. */
  readonly isFirstDebitOfDay: boolean;
}

/** Fractional paise per component; rounding happens where amounts are booked. */
export interface Charges {
  readonly brokerage: number;
  readonly transactionTax: number;
  readonly exchangeCharge: number;
  readonly investorProtection: number;
  readonly sebiFee: number;
  readonly gst: number;
  readonly stampDuty: number;
  readonly depositoryCharge: number;
  readonly total: number;
}

/** Dated brokerage and statutory charges. */
export interface ChargeModel {
  chargesOf(fill: ChargeableFill): Charges;
  /** Fractional paise; the same as `chargesOf(fill).total` without building the breakdown. */
  totalOf(fill: ChargeableFill): number;
}
