import type { ChargeableFill, ChargeModel } from '../../src/ports/charge-model.ts';

/** A charge model of one formula (fractional paise), for tests in which the rates do not matter. */
export function chargesBy(totalOf: (fill: ChargeableFill) => number): ChargeModel {
  return {
    totalOf,
    chargesOf: (fill) => ({
      brokerage: totalOf(fill),
      transactionTax: 0,
      exchangeCharge: 0,
      investorProtection: 0,
      sebiFee: 0,
      gst: 0,
      stampDuty: 0,
      depositoryCharge: 0,
      total: totalOf(fill),
    }),
  };
}

export const NO_CHARGES = chargesBy(() => 0);
/** 0.0333 % of turnover: fractions of a paisa in nearly every fill. */
export const SIMPLE_CHARGES = chargesBy(({ price, quantity }) => price * quantity * 0.0333);
