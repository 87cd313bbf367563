/**
 * Synthetic options: Black-Scholes prices of European options with a volatility smile, and the contracts themselves.
 */

import { InvariantError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type Instrument, type OptionType, parseInstrumentId } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';

export interface OptionSeries {
  readonly exchange: 'NFO' | 'BFO';
  /** As in the contract's name: `NIFTY`. */
  readonly symbol: string;
  readonly underlying: InstrumentId;
  /** `YYYY-MM-DD`. */
  readonly expiry: string;
  readonly lotSize: number;
  readonly freezeQuantity: number;
  readonly strikeStep: Rupees;
  /** Strikes on either side of the one at the money. */
  readonly strikesEachSide: number;
}

/** CE and PE of the strikes around a price, lowest strike first. */
export function optionsAround(price: Rupees, series: OptionSeries): Instrument[] {
  const atTheMoney = Math.round(price / series.strikeStep);
  const options: Instrument[] = [];
  for (let offset = -series.strikesEachSide; offset <= series.strikesEachSide; offset++) {
    const strike = (atTheMoney + offset) * series.strikeStep;
    for (const optionType of ['CE', 'PE'] as const) options.push(optionOf(series, strike, optionType));
  }
  return options;
}

export interface OptionInputs {
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  /** Yearly, e.g. 0.065. */
  readonly rate: number;
  readonly volatility: number;
  readonly optionType: OptionType;
}

/** Black and Scholes, 1973; no dividends. At expiry the intrinsic value. */
export function blackScholes({ spot, strike, years, rate, volatility, optionType }: OptionInputs): number {
  const sign = optionType === 'CE' ? 1 : -1;
  if (years <= 0 || volatility <= 0) return Math.max(0, sign * (spot - strike));
  const deviation = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + (volatility * volatility) / 2) * years) / deviation;
  const d2 = d1 - deviation;
  return sign * (spot * normalBelow(sign * d1) - strike * Math.exp(-rate * years) * normalBelow(sign * d2));
}

/** Implied volatility of a strike: dearer away from the money, more so below it, as index options are. */
export function smile(atTheMoney: number, spot: number, strike: number, years: number): number {
  const distance = Math.log(strike / spot) / Math.sqrt(Math.max(years, 1 / 365));
  return atTheMoney * (1 - 0.35 * distance + 1.1 * distance * distance);
}

/** Standard normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x >= 0 ? 1 - tail : tail;
}

function optionOf(series: OptionSeries, strike: Rupees, optionType: OptionType): Instrument {
  const text = `${series.exchange}:${series.symbol}:${series.expiry}:${strike}:${optionType}`;
  const parsed = parseInstrumentId(text);
  if (parsed === undefined) throw new InvariantError(`Expected an option's id, found "${text}"`);
  return {
    id: parsed.id,
    exchange: series.exchange,
    symbol: series.symbol,
    name: `${series.symbol} ${series.expiry} ${strike} ${optionType}`,
    kind: 'OPTION',
    tickSize: 0.05,
    lotSize: series.lotSize,
    freezeQuantity: series.freezeQuantity,
    expiry: series.expiry,
    strike,
    optionType,
    underlying: series.underlying,
    hasDerivatives: false,
  };
}
