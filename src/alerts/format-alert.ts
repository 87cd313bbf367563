/**
 * Plain words for what a person is told. Pure: a record in, a sentence without a full stop out; prices in rupees, money
 * with its sign, Indian grouping, times in IST. One function a subject; a sink adds the time and the looks.
 */
import { assertNever } from '../core/errors.ts';
import type { Fill } from '../core/fill.ts';
import type { Order, OrderRole, OrderSide } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { ExitReason, Trade } from '../core/trade.ts';
import { formatDenialReason } from './format-denial.ts';
import { formatInstrument, formatMoney, formatPrice, formatResult, formatUnits } from './format-values.ts';

const ROLES: Readonly<Record<OrderRole, string>> = {
  ENTRY: 'entry',
  EXIT: 'exit',
  STOP_LOSS: 'stop-loss',
  TARGET: 'target',
  SQUARE_OFF: 'square-off',
};

const EXITS: Readonly<Record<ExitReason, string>> = {
  signal: 'Exit signal',
  stop_loss: 'Stop hit',
  target: 'Target hit',
  square_off: 'Square-off',
  end_of_data: 'End of data',
};

type FilledOrder = Pick<Order, 'role' | 'quantity' | 'filledQuantity'>;

/** `Signal: buy 10 RELIANCE at 1,402.35, stop 1,395.00, target 1,420.00 (EMA crossover, ema-5m)` */
export function formatSignal(signal: Signal): string {
  const { kind, side, quantity, instrumentId, entryPrice, stopLoss, target, reason, strategyId } = signal;
  const act = kind === 'EXIT' ? `exit, ${verb(side)}` : verb(side);
  const parts = [
    `Signal: ${act}${quantity > 0 ? ` ${formatUnits(quantity)}` : ''} ${formatInstrument(instrumentId)} at ${formatPrice(entryPrice)}`,
    ...(stopLoss === null ? [] : [`stop ${formatPrice(stopLoss)}`]),
    ...(target === null ? [] : [`target ${formatPrice(target)}`]),
  ];
  return `${parts.join(', ')} (${reason}, ${strategyId})`;
}

/** `Denied: buy RELIANCE at 1,402.35, because trading is paused`; the signal itself when it was allowed. */
export function formatDenial(signal: Signal): string {
  if (signal.verdict.kind === 'ALLOWED') return formatSignal(signal);
  const what = `${verb(signal.side)} ${formatInstrument(signal.instrumentId)} at ${formatPrice(signal.entryPrice)}`;
  return `Denied: ${what}, because ${formatDenialReason(signal.verdict.reason)}`;
}

/** `Order to buy 10 RELIANCE at 1,402.35 was rejected by the broker (entry): insufficient funds` */
export function formatOrder(order: Order): string {
  const { side, quantity, instrumentId, role, statusReason } = order;
  const what = `Order to ${verb(side)} ${formatUnits(quantity)} ${formatInstrument(instrumentId)}${termsOf(order)}`;
  return `${what} ${stateOf(order)} (${ROLES[role]})${statusReason === null ? '' : `: ${statusReason}`}`;
}

/** `Bought 10 RELIANCE at 1,402.35 (entry)`; of a part: `Bought 4 RELIANCE at 1,402.35 (entry, 4 of 10 by now)` */
export function formatFill(fill: Fill, { role, quantity, filledQuantity }: FilledOrder): string {
  const done = fill.side === 'BUY' ? 'Bought' : 'Sold';
  const isPart = filledQuantity < quantity;
  const part = isPart ? `, ${formatUnits(filledQuantity)} of ${formatUnits(quantity)} by now` : '';
  return `${done} ${formatUnits(fill.quantity)} ${formatInstrument(fill.instrumentId)} at ${formatPrice(fill.price)} (${ROLES[role]}${part})`;
}

/** `Stop of 10 RELIANCE moved to 1,398.00` */
export function formatMovedStop({ quantity, instrumentId, triggerPrice, filledQuantity }: Order): string {
  const level = triggerPrice === null ? 'the price' : formatPrice(triggerPrice);
  return `Stop of ${formatUnits(quantity - filledQuantity)} ${formatInstrument(instrumentId)} moved to ${level}`;
}

/** `Stop hit: closed 10 RELIANCE long, in at 1,402.35, out at 1,395.00, net -₹85.88 after ₹12.38 charges` */
export function formatTrade(trade: Trade): string {
  const { quantity, instrumentId, side, entryPrice, exitPrice, exitReason, netPaise, chargesPaise } = trade;
  const what = `${EXITS[exitReason]}: closed ${formatUnits(quantity)} ${formatInstrument(instrumentId)} ${side.toLowerCase()}`;
  const way = `in at ${formatPrice(entryPrice)}, out at ${formatPrice(exitPrice)}`;
  return `${what}, ${way}, net ${formatResult(netPaise)} after ${formatMoney(chargesPaise)} charges`;
}

function verb(side: OrderSide): string {
  return side === 'BUY' ? 'buy' : 'sell';
}

function termsOf(order: Order): string {
  const limit = order.limitPrice === null ? '' : ` at ${formatPrice(order.limitPrice)}`;
  return order.triggerPrice === null ? limit : `${limit} from ${formatPrice(order.triggerPrice)}`;
}

function stateOf(order: Order): string {
  const filled = `${formatUnits(order.filledQuantity)} filled`;
  switch (order.status) {
    case 'INITIALIZED':
      return 'is planned';
    case 'SUBMITTING':
      return 'is on its way';
    case 'SUBMITTED':
      return 'is at the broker';
    case 'ACCEPTED':
      return 'is accepted';
    case 'PARTIALLY_FILLED':
      return `is working, ${filled}`;
    case 'FILLED':
      return order.averagePrice === null ? 'is filled' : `is filled at ${formatPrice(order.averagePrice)}`;
    case 'PENDING_CANCEL':
      return 'is being cancelled';
    case 'CANCELED':
      return order.filledQuantity === 0 ? 'was cancelled' : `was cancelled, ${filled}`;
    case 'REJECTED':
      return 'was rejected by the broker';
    case 'EXPIRED':
      return order.filledQuantity === 0 ? 'expired' : `expired, ${filled}`;
    case 'UNKNOWN':
      return (
        "has an unknown fate: the broker's book is being searched, and no entry goes out in it meanwhile. If it stays so, " +
        `look at the broker's own app and settle it: "signalman settle ${order.clientOrderId} --not-sent", or ` +
        `"signalman settle ${order.clientOrderId} --filled ${order.quantity}@<price>"`
      );
    default:
      return assertNever(order.status, 'order status');
  }
}
