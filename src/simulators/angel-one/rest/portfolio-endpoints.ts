import { instrumentTypeOf } from '../orders/desk-order.ts';
import {
  average,
  averagePriceOf,
  type Holding,
  netQuantity,
  type OpenPosition,
  realisedPaise,
  totalBuyAverage,
  totalSellAverage,
  unrealisedPaise,
} from '../orders/position-book.ts';
import { findListing, parameterFault } from '../orders/read-order.ts';
import { numberOf, oneOf, textOf } from '../orders/wire-fields.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { ClientHandler } from './desk-parts.ts';
import { expiryText } from './ist-text.ts';
import { symbolGroupOf } from './order-endpoints.ts';
import { done, isRefusal, listOrNull, refused } from './reply.ts';

const PRODUCTS = ['DELIVERY', 'CARRYFORWARD', 'MARGIN', 'INTRADAY'] as const;

export const positions: ClientHandler = ({ desk }, { market }) =>
  listOrNull(desk.positions.positions.map((position) => positionRow(position, market)));

export const holdings: ClientHandler = ({ desk }, { market }) =>
  listOrNull(desk.positions.holdings.map((holding) => holdingRow(holding, market)));

export const allHoldings: ClientHandler = ({ desk }, { market }) => {
  const rows = desk.positions.holdings.map((holding) => holdingRow(holding, market));
  if (rows.length === 0) return done(null);
  const value = rows.reduce((sum, row) => sum + row.ltp * row.quantity, 0);
  const invested = rows.reduce((sum, row) => sum + row.averageprice * row.quantity, 0);
  return done({
    holdings: rows,
    totalholding: {
      totalholdingvalue: round(value),
      totalinvvalue: round(invested),
      totalprofitandloss: round(value - invested),
      totalpnlpercentage: round(invested === 0 ? 0 : ((value - invested) / invested) * 100),
    },
  });
};

export const convertPosition: ClientHandler = ({ body, desk }, { market }) => {
  const listing = findListing(body, market);
  if (isRefusal(listing)) return listing;
  const from = oneOf(PRODUCTS, textOf(body, 'oldproducttype'));
  const to = oneOf(PRODUCTS, textOf(body, 'newproducttype'));
  if (from === undefined || to === undefined || from === to) return refused('AB1012', 'Invalid product type');
  const side = oneOf(['BUY', 'SELL'], textOf(body, 'transactiontype'));
  if (side === undefined) return parameterFault('transactiontype');
  const quantity = numberOf(body, 'quantity') ?? 0;
  if (!(Number.isSafeInteger(quantity) && quantity > 0)) return parameterFault('quantity');
  if (desk.positions.find(listing, from) === undefined) return refused('AB1016', 'Position not found');
  if (desk.positions.convert(listing, from, to, side, quantity)) return done(null);
  return refused('AB1017', 'Position conversion failed');
};

function positionRow(position: OpenPosition, market: SimulatedMarket): Readonly<Record<string, string>> {
  const { listing, product, bought, sold, buyAmount, sellAmount } = position;
  const { carriedBought, carriedSold, carriedBuyAmount, carriedSellAmount } = position;
  const { instrument } = listing;
  const quote = market.quote(listing);
  const net = netQuantity(position);
  const lastPrice = quote?.tick.lastPrice ?? averagePriceOf(position);
  const realised = realisedPaise(position);
  const unrealised = unrealisedPaise(position, lastPrice);
  return {
    exchange: listing.segment,
    symboltoken: listing.token,
    producttype: product,
    tradingsymbol: listing.tradingSymbol,
    symbolname: instrument.symbol,
    instrumenttype: instrumentTypeOf(listing),
    priceden: '1',
    pricenum: '1',
    genden: '1',
    gennum: '1',
    precision: '2',
    multiplier: '-1',
    boardlotsize: String(instrument.lotSize),
    buyqty: String(bought),
    sellqty: String(sold),
    buyamount: buyAmount.toFixed(2),
    sellamount: sellAmount.toFixed(2),
    symbolgroup: symbolGroupOf(listing.tradingSymbol),
    strikeprice: instrument.strike === null ? '-1' : instrument.strike.toFixed(1),
    optiontype: instrument.optionType ?? '',
    expirydate: expiryText(instrument.expiry),
    lotsize: String(instrument.lotSize),
    cfbuyqty: String(carriedBought),
    cfsellqty: String(carriedSold),
    cfbuyamount: carriedBuyAmount.toFixed(2),
    cfsellamount: carriedSellAmount.toFixed(2),
    buyavgprice: average(buyAmount, bought).toFixed(2),
    sellavgprice: average(sellAmount, sold).toFixed(2),
    avgnetprice: averagePriceOf(position).toFixed(2),
    netvalue: (sellAmount + carriedSellAmount - buyAmount - carriedBuyAmount).toFixed(2),
    netqty: String(net),
    totalbuyvalue: (buyAmount + carriedBuyAmount).toFixed(2),
    totalsellvalue: (sellAmount + carriedSellAmount).toFixed(2),
    cfbuyavgprice: average(carriedBuyAmount, carriedBought).toFixed(2),
    cfsellavgprice: average(carriedSellAmount, carriedSold).toFixed(2),
    totalbuyavgprice: totalBuyAverage(position).toFixed(2),
    totalsellavgprice: totalSellAverage(position).toFixed(2),
    netprice: averagePriceOf(position).toFixed(2),
    ltp: lastPrice.toFixed(2),
    close: (quote?.previousClose ?? 0).toFixed(2),
    pnl: ((realised + unrealised) / 100).toFixed(2),
    realised: (realised / 100).toFixed(2),
    unrealised: (unrealised / 100).toFixed(2),
  };
}

interface HoldingRow {
  readonly quantity: number;
  readonly averageprice: number;
  readonly ltp: number;
  readonly [name: string]: string | number | null;
}

function holdingRow({ listing, quantity, averagePrice }: Holding, market: SimulatedMarket): HoldingRow {
  const quote = market.quote(listing);
  const ltp = quote?.tick.lastPrice ?? averagePrice;
  return {
    tradingsymbol: listing.tradingSymbol,
    exchange: listing.segment,
    isin: '',
    t1quantity: 0,
    realisedquantity: quantity,
    quantity,
    authorisedquantity: 0,
    product: 'DELIVERY',
    collateralquantity: null,
    collateraltype: null,
    haircut: 0,
    averageprice: round(averagePrice),
    ltp,
    symboltoken: listing.token,
    close: quote?.previousClose ?? 0,
    profitandloss: round((ltp - averagePrice) * quantity),
    pnlpercentage: round(averagePrice === 0 ? 0 : ((ltp - averagePrice) / averagePrice) * 100),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
