/** Lists that the broker derives from the market: greeks, movers, put-call ratio, open-interest build-up. */
import { DAY_MS, dayOf, formatDay, parseDay, startOfDay } from '../../../core/time.ts';
import { blackScholes, type OptionInputs } from '../../../simulation/option-chain.ts';
import { oneOf, textOf } from '../orders/wire-fields.ts';
import type { SimulatedListing, SimulatedMarket } from '../parts.ts';
import type { ClientHandler } from './desk-parts.ts';
import { expiryText } from './ist-text.ts';
import { percentChangeOf } from './market-endpoints.ts';
import { done, refused, somethingWrong } from './reply.ts';

const RATE = 0.065;
const MOVERS = ['PercPriceGainers', 'PercPriceLosers', 'PercOIGainers', 'PercOILosers'] as const;
const BUILDUPS = ['Long Built Up', 'Short Built Up', 'Short Covering', 'Long Unwinding'] as const;
const EXPIRIES = ['NEAR', 'NEXT', 'FAR'] as const;
const MOST_ROWS = 10;

export const greeks: ClientHandler = ({ body }, { market, calendar }) => {
  const name = textOf(body, 'name').toUpperCase();
  const expiry = textOf(body, 'expirydate').toUpperCase();
  const now = market.clock.now();
  const options = market.listings.filter(
    ({ instrument }) =>
      instrument.kind === 'OPTION' && instrument.symbol === name && expiryText(instrument.expiry) === expiry,
  );
  const [first] = options;
  const session = first && calendar.sessionOn(first.instrument, dayOf(now));
  if (!session || now < session.open || now >= session.close) return refused('AB9019', 'No Data Available');
  const rows = options.map((listing) => greekRow(listing, market)).filter((row) => row !== undefined);
  return rows.length === 0 ? refused('AB9019', 'No Data Available') : done(rows);
};

export const movers: ClientHandler = ({ body }, { market }) => {
  const datatype = oneOf(MOVERS, textOf(body, 'datatype'));
  const futures = futuresOf(market, textOf(body, 'expirytype'));
  if (datatype === undefined || futures === undefined) return somethingWrong();
  const sign = datatype.endsWith('Gainers') ? 1 : -1;
  const rows = futures.filter(({ change }) => change * sign > 0).sort((a, b) => (b.change - a.change) * sign);
  return done(
    rows.slice(0, MOST_ROWS).map(({ listing, change, openInterest }) => ({
      tradingSymbol: listing.tradingSymbol,
      percentChange: change,
      symbolToken: Number(listing.token),
      opnInterest: openInterest,
      netChangeOpnInterest: Math.round((openInterest * change) / 100),
    })),
  );
};

export const openInterestBuildup: ClientHandler = ({ body }, { market }) => {
  const datatype = oneOf(BUILDUPS, textOf(body, 'datatype'));
  const futures = futuresOf(market, textOf(body, 'expirytype'));
  if (datatype === undefined || futures === undefined) return somethingWrong();
  const isRise = datatype === 'Long Built Up' || datatype === 'Short Covering';
  return done(
    futures
      .filter(({ change }) => (isRise ? change > 0 : change < 0))
      .slice(0, MOST_ROWS)
      .map(({ listing, change, openInterest, lastPrice }) => ({
        symbolToken: listing.token,
        ltp: String(lastPrice),
        netChange: (lastPrice - lastPrice / (1 + change / 100)).toFixed(2),
        percentChange: String(change),
        opnInterest: openInterest.toFixed(1),
        netChangeOpnInterest: Math.abs((openInterest * change) / 100).toFixed(1),
        tradingSymbol: listing.tradingSymbol,
      })),
  );
};

export const putCallRatio: ClientHandler = (_call, { market }) => {
  const futures = market.listings.filter(({ instrument }) => instrument.kind === 'FUTURE');
  return done(
    futures.flatMap(({ instrument, tradingSymbol }) => {
      let puts = 0;
      let calls = 0;
      for (const listing of market.listings) {
        if (listing.instrument.kind !== 'OPTION' || listing.instrument.symbol !== instrument.symbol) continue;
        const open = market.quote(listing)?.tick.openInterest ?? 0;
        if (listing.instrument.optionType === 'PE') puts += open;
        else calls += open;
      }
      return calls === 0 ? [] : [{ pcr: Math.round((puts / calls) * 100) / 100, tradingSymbol }];
    }),
  );
};

interface MovedFuture {
  readonly listing: SimulatedListing;
  readonly change: number;
  readonly openInterest: number;
  readonly lastPrice: number;
}

/** NSE's futures of the nearest expiry, the one after it or the third; undefined for an unknown word. */
function futuresOf(market: SimulatedMarket, expirytype: string): MovedFuture[] | undefined {
  const which = (EXPIRIES as readonly string[]).indexOf(expirytype);
  if (which < 0) return undefined;
  const futures = market.listings.filter(
    ({ segment, instrument }) => segment === 'NFO' && instrument.kind === 'FUTURE',
  );
  const expiries = [...new Set(futures.map(({ instrument }) => instrument.expiry ?? ''))].sort();
  return futures.flatMap((listing) => {
    const change = percentChangeOf(market, listing);
    const tick = market.quote(listing)?.tick;
    if (listing.instrument.expiry !== expiries[which] || change === null || tick === undefined) return [];
    return [{ listing, change, openInterest: tick.openInterest ?? 0, lastPrice: tick.lastPrice }];
  });
}

function greekRow(listing: SimulatedListing, market: SimulatedMarket): Readonly<Record<string, string>> | undefined {
  const { instrument } = listing;
  const { strike, optionType, expiry, underlying, symbol } = instrument;
  const tick = market.quote(listing)?.tick;
  const spotListing = market.listings.find((other) => other.instrument.id === underlying);
  const spot = spotListing && market.quote(spotListing)?.tick.lastPrice;
  const expiryDay = parseDay(expiry ?? '');
  if (!tick || !spot || strike === null || optionType === null || expiryDay === undefined) return undefined;
  // Contracts live until 15:30 of their last day.
  const years = Math.max((startOfDay(expiryDay) + 15.5 * 3_600_000 - market.clock.now()) / (365 * DAY_MS), 1e-6);
  const inputs = { spot, strike, years, rate: RATE, optionType };
  const volatility = impliedVolatility(inputs, tick.lastPrice);
  const at = (changes: Partial<OptionInputs>): number => blackScholes({ ...inputs, volatility, ...changes });
  const step = spot * 1e-4;
  const [up, middle, down] = [at({ spot: spot + step }), at({}), at({ spot: spot - step })];
  return {
    name: symbol,
    expiry: expiryText(formatDay(expiryDay)),
    strikePrice: strike.toFixed(6),
    optionType,
    delta: ((up - down) / (2 * step)).toFixed(6),
    gamma: ((up - 2 * middle + down) / (step * step)).toFixed(6),
    theta: (at({ years: Math.max(years - 1 / 365, 0) }) - middle).toFixed(6),
    vega: (at({ volatility: volatility + 0.01 }) - middle).toFixed(6),
    impliedVolatility: (volatility * 100).toFixed(6),
    tradeVolume: tick.volume.toFixed(2),
  };
}

/** By bisection: the price rises with volatility. */
function impliedVolatility(inputs: Omit<OptionInputs, 'volatility'>, price: number): number {
  let [low, high] = [0.001, 5];
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (blackScholes({ ...inputs, volatility: middle }) < price) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
