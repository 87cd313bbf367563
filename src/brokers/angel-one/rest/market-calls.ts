import { z } from 'zod';
import { type EpochMs, formatIst } from '../../../core/time.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import type { RestClient } from './rest-client.ts';
import { listOf, numeric, timeOfStamp, words } from './wire-values.ts';

const ORDERS = '/rest/secure/angelbroking/order/v1';
const MARKET_DATA = '/rest/secure/angelbroking/marketData/v1';
/** Tokens in one request for quotes. */
const MOST_QUOTES = 50;

const depthRow = z.object({ price: numeric, quantity: numeric, orders: numeric });
const stamp = words.transform((text): EpochMs | null => timeOfStamp(text) ?? null);

/** Rupees and units; what the mode does not carry is 0 or null. */
const quoteRow = z
  .object({
    exchange: words,
    tradingSymbol: words,
    symbolToken: words,
    ltp: numeric,
    open: numeric,
    high: numeric,
    low: numeric,
    close: numeric,
    lastTradeQty: numeric,
    exchFeedTime: stamp,
    exchTradeTime: stamp,
    avgPrice: numeric,
    tradeVolume: numeric,
    opnInterest: numeric,
    lowerCircuit: numeric,
    upperCircuit: numeric,
    totBuyQuan: numeric,
    totSellQuan: numeric,
    '52WeekLow': numeric,
    '52WeekHigh': numeric,
    depth: z.object({ buy: listOf(depthRow), sell: listOf(depthRow) }).optional(),
  })
  .transform(({ symbolToken: token, tradingSymbol, ltp: lastPrice, close: previousClose, ...rest }) => ({
    ...{ token, tradingSymbol, lastPrice, previousClose, ...rest },
  }));
export type QuoteRow = z.output<typeof quoteRow>;

const quotesSchema = z.object({
  fetched: listOf(quoteRow),
  unfetched: listOf(z.object({ exchange: words, symbolToken: words, message: words, errorCode: words })),
});
export type Quotes = z.output<typeof quotesSchema>;

export function lastPrice(
  client: RestClient,
  instrument: { readonly exchange: string; readonly tradingSymbol: string; readonly token: string },
): Promise<Outcome<{ readonly ltp: number }>> {
  const { exchange, tradingSymbol: tradingsymbol, token: symboltoken } = instrument;
  return client.call({
    ...{ class: 'ltp', priority: 'read', method: 'POST', path: `${ORDERS}/getLtpData`, isWrite: false },
    ...{ schema: z.object({ ltp: numeric }), body: { exchange, tradingsymbol, symboltoken } },
  });
}

/** Any number of tokens, by exchange; asked for in parts of 50. The first part that fails is the answer. */
export async function quotes(
  client: RestClient,
  mode: 'LTP' | 'OHLC' | 'FULL',
  wanted: readonly { readonly exchange: string; readonly token: string }[],
): Promise<Outcome<Quotes>> {
  const all: { fetched: QuoteRow[]; unfetched: Quotes['unfetched'][number][] } = { fetched: [], unfetched: [] };
  for (let at = 0; at < wanted.length; at += MOST_QUOTES) {
    const part = Map.groupBy(wanted.slice(at, at + MOST_QUOTES), ({ exchange }) => exchange);
    const exchangeTokens = Object.fromEntries(
      [...part].map(([exchange, rows]) => [exchange, rows.map((row) => row.token)]),
    );
    const outcome = await client.call({
      ...{ class: 'quote', priority: 'read', method: 'POST', path: '/rest/secure/angelbroking/market/v1/quote' },
      ...{ isWrite: false, schema: quotesSchema, body: { mode, exchangeTokens } },
    });
    if (outcome.kind !== 'done') return outcome;
    all.fetched.push(...outcome.value.fetched);
    all.unfetched.push(...outcome.value.unfetched);
  }
  return { kind: 'done', value: all };
}

const foundRow = z.object({ exchange: words, tradingsymbol: words, symboltoken: words });

export function searchScrip(
  client: RestClient,
  exchange: string,
  text: string,
): Promise<Outcome<readonly z.output<typeof foundRow>[]>> {
  return client.call({
    ...{ class: 'search', priority: 'read', method: 'POST', path: `${ORDERS}/searchScrip`, isWrite: false },
    ...{ schema: listOf(foundRow), empty: [], body: { exchange, searchscrip: text } },
  });
}

const interestRow = z
  .object({ time: z.iso.datetime({ offset: true }), oi: numeric })
  .transform(({ time, oi }) => ({ time: Date.parse(time), openInterest: oi }));

/** Open interest by bar, of live contracts only. */
export function openInterest(
  client: RestClient,
  query: {
    readonly exchange: string;
    readonly token: string;
    readonly interval: string;
    readonly from: EpochMs;
    readonly to: EpochMs;
  },
): Promise<Outcome<readonly z.output<typeof interestRow>[]>> {
  const { exchange, token: symboltoken, interval, from, to } = query;
  const minute = (time: EpochMs): string => formatIst(time).slice(0, 16).replace('T', ' ');
  return client.call({
    ...{ class: 'candles', priority: 'history', method: 'POST', isWrite: false },
    ...{ path: '/rest/secure/angelbroking/historical/v1/getOIData', schema: listOf(interestRow), empty: [] },
    body: { exchange, symboltoken, interval, fromdate: minute(from), todate: minute(to) },
  });
}

const greekRow = z.object({
  ...{ name: words, expiry: words, strikePrice: numeric, optionType: words, delta: numeric, gamma: numeric },
  ...{ theta: numeric, vega: numeric, impliedVolatility: numeric, tradeVolume: numeric },
});

/** `expiry` as `24NOV2026`; empty outside market hours. */
export function optionGreeks(
  client: RestClient,
  name: string,
  expiry: string,
): Promise<Outcome<readonly z.output<typeof greekRow>[]>> {
  return client.call({
    ...{ class: 'greeks', priority: 'read', method: 'POST', path: `${MARKET_DATA}/optionGreek`, isWrite: false },
    ...{ schema: listOf(greekRow), empty: [], body: { name, expirydate: expiry } },
  });
}

const pcrRow = z.object({ pcr: numeric, tradingSymbol: words });

export function putCallRatios(client: RestClient): Promise<Outcome<readonly z.output<typeof pcrRow>[]>> {
  return client.call({
    ...{ class: 'derived', priority: 'read', method: 'GET', path: `${MARKET_DATA}/putCallRatio`, isWrite: false },
    ...{ schema: listOf(pcrRow), empty: [] },
  });
}

const moverRow = z.object({
  ...{ tradingSymbol: words, symbolToken: words, percentChange: numeric, opnInterest: numeric },
  ...{ netChangeOpnInterest: numeric },
});
export type Expiry = 'NEAR' | 'NEXT' | 'FAR';

export function gainersLosers(
  client: RestClient,
  datatype: 'PercPriceGainers' | 'PercPriceLosers' | 'PercOIGainers' | 'PercOILosers',
  expirytype: Expiry,
): Promise<Outcome<readonly z.output<typeof moverRow>[]>> {
  return client.call({
    ...{ class: 'derived', priority: 'read', method: 'POST', path: `${MARKET_DATA}/gainersLosers`, isWrite: false },
    ...{ schema: listOf(moverRow), empty: [], body: { datatype, expirytype } },
  });
}

export function openInterestBuildUp(
  client: RestClient,
  datatype: 'Long Built Up' | 'Short Built Up' | 'Short Covering' | 'Long Unwinding',
  expirytype: Expiry,
): Promise<Outcome<readonly z.output<typeof moverRow>[]>> {
  return client.call({
    ...{ class: 'derived', priority: 'read', method: 'POST', path: `${MARKET_DATA}/OIBuildup`, isWrite: false },
    ...{ schema: listOf(moverRow), empty: [], body: { datatype, expirytype } },
  });
}
