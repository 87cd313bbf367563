import type { Rupees } from '../../../core/money.ts';
import { roundPrice } from '../../../core/money.ts';
import type { OrderSide } from '../../../core/order.ts';
import type { EpochMs } from '../../../core/time.ts';
import { rowOf as masterRowOf } from '../master/master-rows.ts';
import type { OrderRow, SimulatedListing } from '../parts.ts';
import { expiryText, istStamp } from '../rest/ist-text.ts';

export type WireOrderType = 'MARKET' | 'LIMIT' | 'STOPLOSS_LIMIT' | 'STOPLOSS_MARKET';
export type WireProduct = 'DELIVERY' | 'CARRYFORWARD' | 'MARGIN' | 'INTRADAY';
export type WireVariety = 'NORMAL' | 'STOPLOSS' | 'AMO';

/** What a client asked for, once the front office has found nothing wrong with it. */
export interface OrderRequest {
  readonly listing: SimulatedListing;
  readonly variety: WireVariety;
  readonly side: OrderSide;
  readonly orderType: WireOrderType;
  readonly product: WireProduct;
  readonly duration: 'DAY' | 'IOC';
  readonly price: Rupees;
  readonly triggerPrice: Rupees;
  readonly quantity: number;
  readonly disclosedQuantity: number;
  readonly tag: string;
}

const DONE_STATUSES = ['complete', 'cancelled', 'rejected', 'cancelled after market order'] as const;

/** One order as the broker's front office keeps it. */
export interface DeskOrder {
  readonly orderId: string;
  readonly uniqueId: string;
  readonly exchangeOrderId: string;
  readonly clientCode: string;
  readonly placedTime: EpochMs;
  /** As asked for, or as modified since. */
  request: OrderRequest;
  status: string;
  orderStatus: string;
  text: string;
  filled: number;
  /** Sum of price times quantity over the fills. */
  turnover: Rupees;
  cancelled: number;
  updatedTime: EpochMs;
  /** 0 before the exchange has it. */
  exchangeTime: EpochMs;
  isTriggered: boolean;
  isAfterMarket: boolean;
  /** The risk system has let it pass: from then on it blocks margin. */
  isAdmitted: boolean;
  isChanging: boolean;
  /** What the exchange knows it as; null while it is not there. */
  floorId: string | null;
  /** How it looked when it last changed, for books that lag. */
  readonly past: { readonly time: EpochMs; readonly row: OrderRow }[];
}

export function newOrder(
  ids: Pick<DeskOrder, 'orderId' | 'uniqueId' | 'exchangeOrderId'>,
  clientCode: string,
  request: OrderRequest,
  now: EpochMs,
): DeskOrder {
  return {
    ...ids,
    clientCode,
    placedTime: now,
    request,
    status: '',
    orderStatus: '',
    text: '',
    filled: 0,
    turnover: 0,
    cancelled: 0,
    updatedTime: now,
    exchangeTime: 0,
    isTriggered: false,
    isAfterMarket: false,
    isAdmitted: false,
    isChanging: false,
    floorId: null,
    past: [],
  };
}

export function isDone(order: DeskOrder): boolean {
  return (DONE_STATUSES as readonly string[]).includes(order.orderStatus);
}

export function averageOf(order: DeskOrder): Rupees {
  return order.filled === 0 ? 0 : roundPrice(order.turnover / order.filled);
}

/** The row of order book and details. */
export function rowOf(order: DeskOrder): OrderRow {
  return {
    ...streamRowOf(order),
    uniqueorderid: order.uniqueId,
    exchangeorderid: order.exchangeTime === 0 ? '' : order.exchangeOrderId,
  };
}

/** The row of the order stream, which has neither unique nor exchange id. */
export function streamRowOf(order: DeskOrder): OrderRow {
  const { request } = order;
  const { instrument, tradingSymbol, segment, token } = request.listing;
  const exchangeTime = order.exchangeTime === 0 ? '' : istStamp(order.exchangeTime);
  return {
    variety: order.isAfterMarket ? 'AMO' : request.variety,
    ordertype: request.orderType,
    producttype: request.product,
    duration: request.duration,
    price: request.price,
    triggerprice: request.triggerPrice,
    quantity: String(request.quantity),
    disclosedquantity: String(request.disclosedQuantity),
    squareoff: 0,
    stoploss: 0,
    trailingstoploss: 0,
    tradingsymbol: tradingSymbol,
    transactiontype: request.side,
    exchange: segment,
    symboltoken: token,
    ordertag: request.tag,
    instrumenttype: instrumentTypeOf(request.listing),
    strikeprice: instrument.strike ?? -1,
    optiontype: instrument.optionType ?? '',
    expirydate: expiryText(instrument.expiry),
    lotsize: String(instrument.lotSize),
    cancelsize: String(order.cancelled),
    averageprice: averageOf(order),
    filledshares: String(order.filled),
    unfilledshares: String(isDone(order) ? 0 : request.quantity - order.filled),
    orderid: order.orderId,
    text: order.text,
    status: order.status,
    orderstatus: order.orderStatus,
    updatetime: istStamp(order.updatedTime),
    exchtime: exchangeTime,
    exchorderupdatetime: exchangeTime,
    fillid: '',
    filltime: '',
    parentorderid: '',
  };
}

const TYPES = new WeakMap<SimulatedListing, string>();

/** The instrument file's word for the kind of contract; none for shares. */
export function instrumentTypeOf(listing: SimulatedListing): string {
  const known = TYPES.get(listing) ?? masterRowOf(listing).instrumenttype;
  TYPES.set(listing, known);
  return known;
}
