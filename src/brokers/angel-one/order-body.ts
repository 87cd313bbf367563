/** Our orders in the words of the wire. Every word of ours has one there, or the order does not compile. */
import { assertNever } from '../../core/errors.ts';
import type { Order, OrderType, ProductType } from '../../core/order.ts';
import type { OrderBody } from './rest/order-calls.ts';
import type { ListedInstrument } from './token-book.ts';

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
    producttype: wireProduct(order.product),
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

function wireProduct(product: ProductType): OrderBody['producttype'] {
  switch (product) {
    case 'DELIVERY':
    case 'INTRADAY':
      return product;
    case 'CARRY_FORWARD':
      return 'CARRYFORWARD';
    default:
      return assertNever(product, 'product');
  }
}

/** Two decimals, or four where they say something: currencies move in quarters of a paisa. */
function priceText(price: number | null): string {
  return price === null ? '0' : price.toFixed(4).replace(/00$/, '');
}
