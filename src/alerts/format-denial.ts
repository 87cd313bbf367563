import type { DenialReason } from '../core/denial-reason.ts';
import { assertNever } from '../core/errors.ts';
import { formatClock } from '../core/time.ts';
import { formatInstrument, formatMoney, formatPercent, formatPrice, formatUnits } from './format-values.ts';

/** Why a signal was denied, as the end of a sentence that begins with what was not done. */
export function formatDenialReason(reason: DenialReason): string {
  switch (reason.code) {
    case 'KILL_SWITCH_ON':
      return 'the kill switch is on';
    case 'TRADING_PAUSED':
      return 'trading is paused';
    case 'MARKET_CLOSED':
      return `the market is closed at ${formatClock(reason.at)}`;
    case 'SQUARE_OFF_WINDOW':
      return `intraday positions are closed from ${formatClock(reason.from)} on, and it is ${formatClock(reason.at)}`;
    case 'STALE_SIGNAL':
      return `the signal was good until ${formatClock(reason.expired)}, and it is ${formatClock(reason.at)}`;
    case 'ORDER_IN_DOUBT':
      return `nobody knows yet whether order ${reason.clientOrderId} in it is at the broker`;
    case 'NOT_TRADABLE':
      return `${formatInstrument(reason.instrumentId)} can not be traded: ${reason.why}`;
    case 'DAILY_LOSS_LIMIT':
      return `the day's loss of ${formatMoney(reason.lossPaise)} has reached the limit of ${formatMoney(reason.limitPaise)}`;
    case 'MAX_DRAWDOWN':
      return `equity is ${formatPercent(reason.drawdownPercent)} below its peak, and the limit is ${formatPercent(reason.limitPercent)}`;
    case 'MAX_OPEN_POSITIONS':
      return `${formatUnits(reason.open)} positions are open, and the limit is ${formatUnits(reason.limit)}`;
    case 'MAX_POSITION_PER_INSTRUMENT':
      return `the position would be ${formatUnits(reason.wanted)} units, and the limit is ${formatUnits(reason.limit)}`;
    case 'MAX_ORDER_VALUE':
      return `the order is worth ${formatMoney(reason.valuePaise)}, and the limit is ${formatMoney(reason.limitPaise)}`;
    case 'MAX_ORDERS_PER_MINUTE':
      return `${formatUnits(reason.sent)} orders went out in the last minute, and the limit is ${formatUnits(reason.limit)}`;
    case 'MAX_ORDERS_PER_DAY':
      return `${formatUnits(reason.sent)} orders went out today, and the limit is ${formatUnits(reason.limit)}`;
    case 'PRICE_OUTSIDE_BAND':
      return `the price ${formatPrice(reason.price)} is more than ${formatPercent(reason.bandPercent)} away from ${formatPrice(reason.reference)}, the last one`;
    case 'COOLDOWN_AFTER_STOP':
      return `it pauses until ${formatClock(reason.until)} after a stop-loss`;
    case 'LOSING_STREAK_LOCK':
      return `${formatUnits(reason.losses)} trades in a row lost today, and the limit is ${formatUnits(reason.limit)}`;
    case 'DUPLICATE_EXPOSURE':
      return `${formatUnits(reason.held)} units are held and ${formatUnits(reason.working)} more are on order already`;
    case 'INSUFFICIENT_MARGIN':
      return `it needs ${formatMoney(reason.neededPaise)}, and ${formatMoney(reason.availablePaise)} is available`;
    case 'NOT_A_LOT_MULTIPLE':
      return `${formatUnits(reason.quantity)} units are not a multiple of the lot of ${formatUnits(reason.lotSize)}`;
    case 'NO_POSITION_TO_EXIT':
      return 'there is no position to close';
    case 'SHORT_NOT_ALLOWED':
      return `selling short is not allowed: ${reason.why}`;
    default:
      return assertNever(reason, 'denial reason');
  }
}
