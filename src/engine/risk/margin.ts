import type { Instrument } from '../../core/instrument.ts';
import { type Paise, type Rupees, toPaise } from '../../core/money.ts';
import type { OrderSide, ProductType } from '../../core/order.ts';
import type { RiskLimits } from './risk-limits.ts';

export interface Exposure {
  readonly instrument: Instrument;
  readonly product: ProductType;
  readonly side: OrderSide;
  readonly price: Rupees;
  readonly quantity: number;
}

/**
 * Money tied up by a position or an order: the whole value of a delivery, the premium of a bought option, a share of the
 * value for intraday shares, for futures and for sold options (of the contract's value at the strike).
 */
export function marginOf(
  { instrument, product, side, price, quantity }: Exposure,
  limits: Pick<RiskLimits, 'intradayMarginPercent' | 'derivativeMarginPercent'>,
): Paise {
  const { kind, strike } = instrument;
  if (kind === 'OPTION' && side === 'BUY') return toPaise(price, quantity);
  if (kind === 'OPTION' || kind === 'FUTURE') {
    return Math.ceil((toPaise(strike ?? price, quantity) * limits.derivativeMarginPercent) / 100);
  }
  if (product === 'INTRADAY') return Math.ceil((toPaise(price, quantity) * limits.intradayMarginPercent) / 100);
  return toPaise(price, quantity);
}
