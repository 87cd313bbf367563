/** What the front office notices at once: each fault has its code. Everything else comes later, as a rejected row. */
import type { Behaviours } from '../control/behaviours.ts';
import type { SimulatedListing, SimulatedMarket } from '../parts.ts';
import { isRefusal, type Refusal, refused } from '../rest/reply.ts';
import type { OrderRequest, WireOrderType, WireProduct } from './desk-order.ts';
import { numberOf, oneOf, textOf, type WireBody } from './wire-fields.ts';

const VARIETIES = ['NORMAL', 'STOPLOSS', 'AMO', 'ROBO'] as const;
const ORDER_TYPES = ['MARKET', 'LIMIT', 'STOPLOSS_LIMIT', 'STOPLOSS_MARKET'] as const;
const PRODUCTS = ['DELIVERY', 'CARRYFORWARD', 'MARGIN', 'INTRADAY', 'BO'] as const;
const SEGMENTS = ['NSE', 'BSE', 'NFO', 'BFO', 'MCX', 'CDS', 'NCDEX'] as const;
const CASH_PRODUCTS: readonly string[] = ['DELIVERY', 'MARGIN', 'INTRADAY'];
const DERIVATIVE_PRODUCTS: readonly string[] = ['CARRYFORWARD', 'INTRADAY'];
const LONGEST_TAG = 19;

type Read<T> = T | Refusal;

export function readOrder(body: WireBody, market: SimulatedMarket, behaviours: Behaviours): Read<OrderRequest> {
  const variety = oneOf(VARIETIES, textOf(body, 'variety'));
  if (variety === undefined) return refused('AB1008', 'Invalid order variety');
  if (variety === 'ROBO') return refused('AB2002', 'ROBO order is blocked');
  const listing = findListing(body, market);
  if (isRefusal(listing)) return listing;
  const terms = readTerms(body, listing);
  if (isRefusal(terms)) return terms;
  const isStop = terms.orderType.startsWith('STOPLOSS');
  if (isStop !== (variety === 'STOPLOSS')) return refused('AB1008', 'Invalid order variety');
  const side = oneOf(['BUY', 'SELL'], textOf(body, 'transactiontype'));
  if (side === undefined) return parameterFault('transactiontype');
  const lot = listing.instrument.lotSize;
  if (behaviours.lotCheck === 'front-office' && terms.quantity % lot !== 0) {
    return refused('AB1007', `Quantity should be a multiple of lot size ${lot}`);
  }
  const tag = textOf(body, 'ordertag');
  if (tag.length > LONGEST_TAG) return refused('AB4008', 'ordertag length should be less than 20 characters');
  const key = `${listing.segment}:${listing.token}`;
  const consent = textOf(body, 'scripconsent').toLowerCase();
  if (behaviours.cautionary.includes(key) && consent !== 'yes') {
    return refused('AB4036', 'The scrip is under surveillance, consent is required');
  }
  return { ...terms, listing, variety, side, tag };
}

interface OrderTerms {
  readonly orderType: WireOrderType;
  readonly product: WireProduct;
  readonly duration: 'DAY' | 'IOC';
  readonly price: number;
  readonly triggerPrice: number;
  readonly quantity: number;
  readonly disclosedQuantity: number;
}

/** What placing and modifying have in common. */
export function readTerms(body: WireBody, listing: SimulatedListing): Read<OrderTerms> {
  const orderType = oneOf(ORDER_TYPES, textOf(body, 'ordertype'));
  if (orderType === undefined) return parameterFault('ordertype');
  const product = oneOf(PRODUCTS, textOf(body, 'producttype'));
  const isCash = listing.segment === 'NSE' || listing.segment === 'BSE';
  const products = isCash ? CASH_PRODUCTS : DERIVATIVE_PRODUCTS;
  if (product === undefined || product === 'BO' || !products.includes(product)) {
    return refused('AB1012', 'Invalid product type');
  }
  const duration = oneOf(['DAY', 'IOC'], textOf(body, 'duration'));
  if (duration === undefined || (duration === 'IOC' && listing.segment === 'MCX')) return parameterFault('duration');
  const quantity = numberOf(body, 'quantity');
  if (!isWhole(quantity) || quantity <= 0) return parameterFault('quantity');
  const disclosedQuantity = numberOf(body, 'disclosedquantity') ?? 0;
  if (!isWhole(disclosedQuantity) || disclosedQuantity < 0) return parameterFault('disclosedquantity');
  const price = numberOf(body, 'price') ?? 0;
  const needsPrice = orderType === 'LIMIT' || orderType === 'STOPLOSS_LIMIT';
  if (!(price >= 0) || (needsPrice && price === 0)) return parameterFault('price');
  const triggerPrice = numberOf(body, 'triggerprice') ?? 0;
  const needsTrigger = orderType.startsWith('STOPLOSS');
  if (!(triggerPrice >= 0) || (needsTrigger && triggerPrice === 0)) return parameterFault('triggerprice');
  return {
    orderType,
    product,
    duration,
    quantity,
    disclosedQuantity,
    price: needsPrice ? price : 0,
    triggerPrice: needsTrigger ? triggerPrice : 0,
  };
}

/** The listing that exchange, token and trading symbol name together. */
export function findListing(body: WireBody, market: SimulatedMarket): Read<SimulatedListing> {
  const segment = oneOf(SEGMENTS, textOf(body, 'exchange'));
  if (segment === undefined) return parameterFault('exchange');
  const token = textOf(body, 'symboltoken');
  if (token === '') return parameterFault('symboltoken');
  const listing = market.find(segment, token);
  if (listing === undefined) return refused('AB1018', 'Failed to get symbol details');
  const symbol = textOf(body, 'tradingsymbol');
  if (symbol === '') return parameterFault('tradingsymbol');
  return symbol === listing.tradingSymbol ? listing : refused('AB1009', 'Symbol not found');
}

export function parameterFault(name: string): Refusal {
  return refused('AB1007', `AMX error: invalid or missing ${name}`);
}

function isWhole(value: number | undefined): value is number {
  return Number.isSafeInteger(value);
}
