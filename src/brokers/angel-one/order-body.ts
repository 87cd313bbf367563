/** Our orders in the words of the wire. Every word of ours has one there, or the order does not compile. */
import { assertNever } from '../../core/errors.ts';
import { type Order, type OrderType, PRODUCT_TYPES, type ProductType } from '../../core/order.ts';
import type { OrderBody } from './rest/order-calls.ts';
import type { ListedInstrument } from './token-book.ts';

export const WIRE_PRODUCTS = {
  DELIVERY: 'DELIVERY',
  INTRADAY: 'INTRADAY',
  CARRY_FORWARD: 'CARRYFORWARD',
} as const satisfies Readonly<Record<ProductType, OrderBody['producttype']>>;

export function orderBodyOf(order: Order, { segment, token, tradingSymbol }: ListedInstrument): OrderBody {
  const { type } = order;
  const hasLimit = type === 'LIMIT' || type === 'STOP_LIMIT';
  return {
    variety: varietyOf(type),
    tradingsymbol: tradingSymbol,
    symboltoken: token,
    transactiontype: order.side,
    exchange: segment,
    ordertype: wireType(type),
    producttype: WIRE_PRODUCTS[order.product],
    duration: order.timeInForce === 'IOC' ? 'IOC' : 'DAY',
    price: priceText(hasLimit ? order.limitPrice : null),
    triggerprice: priceText(varietyOf(type) === 'STOPLOSS' ? order.triggerPrice : null),
    quantity: String(order.quantity),
    ordertag: order.clientOrderId,
  };
}

/** An order's for life: changes and cancels have to name it. */
export function varietyOf(type: OrderType): 'NORMAL' | 'STOPLOSS' {
  return type === 'STOP_MARKET' || type === 'STOP_LIMIT' ? 'STOPLOSS' : 'NORMAL';
}

function wireType(type: OrderType): OrderBody['ordertype'] {
  switch (type) {
    case 'MARKET':
    case 'LIMIT':
      return type;
    case 'STOP_MARKET':
      return 'STOPLOSS_MARKET';
    case 'STOP_LIMIT':
      return 'STOPLOSS_LIMIT';
    default:
      return assertNever(type, 'order type');
  }
}

/** Undefined: a product that we do not trade, such as MARGIN or BO. */
export function productOfWire(text: string): ProductType | undefined {
  const word = text.trim().toUpperCase();
  return PRODUCT_TYPES.find((product) => WIRE_PRODUCTS[product] === word);
}

/** Two decimals, or four where they say something: currencies move in quarters of a paisa. */
export function priceText(price: number | null): string {
  return price === null ? '0' : price.toFixed(4).replace(/00$/, '');
}
