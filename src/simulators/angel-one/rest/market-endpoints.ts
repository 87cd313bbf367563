import { roundPrice } from '../../../core/money.ts';
import { findListing, parameterFault } from '../orders/read-order.ts';
import { oneOf, textOf } from '../orders/wire-fields.ts';
import type { SimulatedMarket, SimulatedQuote } from '../parts.ts';
import type { ClientHandler } from './desk-parts.ts';
import { istStamp } from './ist-text.ts';
import { done, isRefusal, refused, somethingWrong } from './reply.ts';

const MODES = ['LTP', 'OHLC', 'FULL'] as const;
type Mode = (typeof MODES)[number];
const MOST_TOKENS = 50;
const MOST_MATCHES = 100;
const DEPTH = 5;

export const lastPrice: ClientHandler = ({ body }, { market }) => {
  const listing = findListing(body, market);
  if (isRefusal(listing)) return listing;
  const quote = market.quote(listing);
  return done({
    exchange: listing.segment,
    tradingsymbol: listing.tradingSymbol,
    symboltoken: listing.token,
    open: quote?.open ?? 0,
    high: quote?.high ?? 0,
    low: quote?.low ?? 0,
    close: quote?.previousClose ?? 0,
    ltp: quote?.tick.lastPrice ?? 0,
  });
};

export const quote: ClientHandler = ({ body }, { market }) => {
  const mode = oneOf(MODES, textOf(body, 'mode'));
  const wanted = body.exchangeTokens;
  if (mode === undefined || typeof wanted !== 'object' || wanted === null) return somethingWrong(true);
  const pairs = Object.entries(wanted).flatMap(([segment, tokens]: [string, unknown]) =>
    (Array.isArray(tokens) ? tokens : [tokens]).map((token: unknown) => ({ segment, token: String(token ?? '') })),
  );
  if (pairs.length > MOST_TOKENS) return somethingWrong(true);
  const fetched: unknown[] = [];
  const unfetched: unknown[] = [];
  for (const { segment, token } of pairs) {
    const fault = (message: string, errorCode: string): void => {
      unfetched.push({ exchange: segment, symbolToken: token, message, errorCode });
    };
    if (token === '') {
      fault('Symbol token cannot be empty', 'AB4018');
      continue;
    }
    const listing = market.find(segment, token);
    if (listing === undefined) {
      fault('Failed to get symbol details', 'AB1018');
      continue;
    }
    const found = market.quote(listing);
    if (found === undefined) fault('No data available', 'AB9019');
    else fetched.push(quoteRow(found, mode));
  }
  // When nothing could be fetched the success comes in the gateway's spelling.
  return fetched.length === 0 && unfetched.length > 0
    ? { kind: 'done', data: { fetched, unfetched }, style: 'gateway' }
    : done({ fetched, unfetched });
};

export const search: ClientHandler = ({ body }, { market }) => {
  const segment = textOf(body, 'exchange');
  const text = textOf(body, 'searchscrip').toUpperCase();
  if (segment === '') return parameterFault('exchange');
  if (text === '') return parameterFault('searchscrip');
  const rows: unknown[] = [];
  for (const { segment: exchange, tradingSymbol, token } of market.listings) {
    if (exchange !== segment || !tradingSymbol.toUpperCase().includes(text)) continue;
    rows.push({ exchange, tradingsymbol: tradingSymbol, symboltoken: token });
    if (rows.length === MOST_MATCHES) break;
  }
  return done(rows);
};

export const intradayList =
  (segment: 'NSE' | 'BSE'): ClientHandler =>
  (_call, { market }) =>
    done(
      market.listings
        .filter((listing) => listing.segment === segment && listing.instrument.kind === 'EQUITY')
        .map(({ instrument }) => ({ Exchange: segment, SymbolName: instrument.symbol, Multiplier: '5.0' })),
    );

export const cautionary: ClientHandler = (_call, { market, switches }) =>
  done(
    switches.current.cautionary.flatMap((key) => {
      const [segment = '', token = ''] = key.split(':');
      const listing = market.find(segment, token);
      const message = 'The security is under a surveillance measure';
      return listing === undefined ? [] : [{ token, symbol: listing.tradingSymbol, message }];
    }),
  );

/** Shares sold need an authorisation that this account never misses. */
export const demat: ClientHandler = ({ body }) => {
  const [first] = Object.values(body);
  if (typeof first !== 'string' || first === '') return refused('AB1007', 'AMX error: invalid parameters');
  return done({ ReqId: 'SIMULATED', ReturnURL: '', status: 'SUCCESS' });
};

function quoteRow(quote: SimulatedQuote, mode: Mode): Readonly<Record<string, unknown>> {
  const { listing, tick } = quote;
  const ltp = {
    exchange: listing.segment,
    tradingSymbol: listing.tradingSymbol,
    symbolToken: listing.token,
    ltp: tick.lastPrice,
  };
  if (mode === 'LTP') return ltp;
  const { open, high, low, previousClose } = quote;
  const ohlc = { ...ltp, open, high, low, close: previousClose };
  if (mode === 'OHLC') return ohlc;
  const change = previousClose === 0 ? 0 : tick.lastPrice - previousClose;
  return {
    ...ohlc,
    lastTradeQty: quote.lastQuantity,
    exchFeedTime: istStamp(tick.time),
    exchTradeTime: istStamp(quote.lastTradeTime),
    netChange: roundPrice(change),
    percentChange: previousClose === 0 ? 0 : Math.round((change / previousClose) * 10_000) / 100,
    avgPrice: quote.averagePrice,
    tradeVolume: tick.volume,
    opnInterest: tick.openInterest ?? 0,
    lowerCircuit: quote.lowerCircuit,
    upperCircuit: quote.upperCircuit,
    totBuyQuan: quote.totalBuyQuantity,
    totSellQuan: quote.totalSellQuantity,
    '52WeekLow': roundPrice(low * 0.8),
    '52WeekHigh': roundPrice(high * 1.2),
    depth: { buy: depthOf(quote, 'buy'), sell: depthOf(quote, 'sell') },
  };
}

/** Five rows, always; an index has nothing in them. */
function depthOf({ listing, tick }: SimulatedQuote, side: 'buy' | 'sell'): readonly unknown[] {
  const { instrument } = listing;
  const best = side === 'buy' ? tick.bid : tick.ask;
  const isEmpty = instrument.kind === 'INDEX' || best === null;
  return Array.from({ length: DEPTH }, (_, level) => {
    if (isEmpty) return { price: 0, quantity: 0, orders: 0 };
    const away = level * instrument.tickSize;
    const price = roundPrice(side === 'buy' ? best - away : best + away);
    return { price, quantity: instrument.lotSize * (level + 1) * 10, orders: level + 1 };
  });
}

/** For the derived lists: how far a listing has moved today. */
export function percentChangeOf(market: SimulatedMarket, listing: SimulatedMarket['listings'][number]): number | null {
  const found = market.quote(listing);
  if (found === undefined || found.previousClose === 0) return null;
  return Math.round((found.tick.lastPrice / found.previousClose - 1) * 10_000) / 100;
}
