import type { OrderRole } from '../core/order.ts';
import type { ExitReason } from '../core/trade.ts';

/** Why a trade is closed, by the order that has closed it. */
export const EXIT_REASON: Readonly<Record<OrderRole, ExitReason>> = {
  ENTRY: 'signal',
  EXIT: 'signal',
  STOP_LOSS: 'stop_loss',
  TARGET: 'target',
  SQUARE_OFF: 'square_off',
};
