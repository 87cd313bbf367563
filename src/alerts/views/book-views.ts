/** Rows of the books as lines, one each, for whoever looks: newest first, as they come. */

import { toPaise } from '../../core/money.ts';
import type { Order } from '../../core/order.ts';
import type { Signal } from '../../core/signal.ts';
import { formatClock, formatIst } from '../../core/time.ts';
import type { Trade } from '../../core/trade.ts';
import type { LatestQuote, OpenPosition, ResultBySource } from '../../ports/account-views.ts';
import { formatDenial, formatOrder, formatTrade } from '../format-alert.ts';
import { formatInstrument, formatPrice, formatResult, formatUnits } from '../format-values.ts';

/** Of an order's id: enough to name it by. */
const SHORT_ID = 6;

/** `RELIANCE +10 at 1,402.35, last 1,410.00, +₹76.50, stop 1,395.00 (ema-5m, intraday, since 09:20)` */
export function positionLine(position: OpenPosition): string {
  const { instrumentId, quantity, averagePrice, lastPrice, stop, target, strategyId, product, openedTime } = position;
  const sign = quantity > 0 ? '+' : '-';
  const parts = [
    `${formatInstrument(instrumentId)} ${sign}${formatUnits(Math.abs(quantity))} at ${formatPrice(averagePrice)}`,
    lastPrice === null
      ? 'no price yet'
      : `last ${formatPrice(lastPrice)}, ${formatResult(toPaise(lastPrice - averagePrice, quantity))}`,
    stop === null ? 'no stop' : `stop ${formatPrice(stop)}`,
    ...(target === null ? [] : [`target ${formatPrice(target)}`]),
  ];
  const since = formatIst(openedTime).slice(0, 16).replace('T', ' ');
  return `${parts.join(', ')} (${strategyId}, ${product.toLowerCase().replace('_', ' ')}, since ${since})`;
}

/** `09:20:01 e7k2m9 Order to buy 10 RELIANCE at 1,402.35 is accepted (entry)` */
export function orderLine(order: Order): string {
  return `${formatClock(order.createdTime)} ${order.clientOrderId.slice(0, SHORT_ID)} ${formatOrder(order)}`;
}

/** All that is known of one order. */
export function orderLines(order: Order): readonly string[] {
  const { clientOrderId, brokerOrderId, strategyId, createdTime, updatedTime, filledQuantity, averagePrice } = order;
  return [
    formatOrder(order),
    `order ${clientOrderId}, ${brokerOrderId === null ? 'not known to the broker' : `at the broker ${brokerOrderId}`}`,
    `of ${strategyId}, ${order.type.toLowerCase().replace('_', ' ')}, ${order.product.toLowerCase().replace('_', ' ')}`,
    `planned ${formatIst(createdTime)}, last heard of ${formatIst(updatedTime)}`,
    `filled ${formatUnits(filledQuantity)} of ${formatUnits(order.quantity)}${averagePrice === null ? '' : ` at ${formatPrice(averagePrice)} on average`}`,
  ];
}

export function signalLine(signal: Signal): string {
  return `${formatClock(signal.createdTime)} ${formatDenial(signal)}`;
}

export function tradeLine(trade: Trade): string {
  return `${formatClock(trade.exitTime)} ${formatTrade(trade)}`;
}

/** `RELIANCE 1,410.00 at 11:32:05, bid 1,409.95, ask 1,410.05, 12,34,567 traded` */
export function quoteLine(quote: LatestQuote): string {
  const { instrumentId, lastPrice, time, bid, ask, volume, openInterest } = quote;
  const parts = [
    `${formatInstrument(instrumentId)} ${formatPrice(lastPrice)} at ${formatClock(time)}`,
    ...(bid === null ? [] : [`bid ${formatPrice(bid)}`]),
    ...(ask === null ? [] : [`ask ${formatPrice(ask)}`]),
    `${formatUnits(volume)} traded`,
    ...(openInterest === null ? [] : [`${formatUnits(openInterest)} open`]),
  ];
  return parts.join(', ');
}

/** `ema-5m: +₹64.12, 3 trades, 2 won` */
export function strategyResultLine({ strategyId, trades, won, netPaise }: ResultBySource): string {
  return `${strategyId}: ${formatResult(netPaise)}, ${trades} ${trades === 1 ? 'trade' : 'trades'}, ${won} won`;
}
