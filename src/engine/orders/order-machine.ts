/**
 * The life of an order as one table. This is the only place where a status changes.
 *
 * Invariants: an update the table calls late changes nothing but may still bring the broker's id; an update it does not
 * list is an `InvariantError`; a fill is money and is booked whatever we believed of the order, unless it would fill more
 * than was ordered.
 */
import { InvariantError } from '../../core/errors.ts';
import type { Fill } from '../../core/fill.ts';
import { roundPrice } from '../../core/money.ts';
import type { Order, OrderUpdate } from '../../core/order.ts';
import type { OrderStatus } from '../../core/order-status.ts';

type Reported = OrderUpdate['status'];
/** `move`: the status changes. `late`: true once, overtaken by now. Absent: impossible. */
type Step = 'move' | 'late';

export const TRANSITIONS: Readonly<Record<OrderStatus, Readonly<Partial<Record<Reported, Step>>>>> = {
  INITIALIZED: {
    INITIALIZED: 'late',
    SUBMITTING: 'move',
    // An update can overtake our own write of the acknowledgement.
    SUBMITTED: 'move',
    ACCEPTED: 'move',
    REJECTED: 'move',
    CANCELED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'move',
    PENDING_CANCEL: 'move',
  },
  SUBMITTING: {
    // The call was definitely not carried out: it may be sent again.
    INITIALIZED: 'move',
    SUBMITTING: 'late',
    SUBMITTED: 'move',
    ACCEPTED: 'move',
    PENDING_CANCEL: 'move',
    CANCELED: 'move',
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'move',
  },
  SUBMITTED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'move',
    PENDING_CANCEL: 'move',
    CANCELED: 'move',
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'late',
  },
  ACCEPTED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    PENDING_CANCEL: 'move',
    CANCELED: 'move',
    // The exchange may refuse an order that the broker had accepted.
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'late',
  },
  PARTIALLY_FILLED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    PENDING_CANCEL: 'move',
    CANCELED: 'move',
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'late',
  },
  PENDING_CANCEL: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    // The cancel was refused: the order works on.
    ACCEPTED: 'move',
    PENDING_CANCEL: 'late',
    CANCELED: 'move',
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'late',
  },
  UNKNOWN: {
    // Proven absent from the broker's book: it is sent again.
    SUBMITTING: 'move',
    SUBMITTED: 'move',
    ACCEPTED: 'move',
    PENDING_CANCEL: 'move',
    CANCELED: 'move',
    REJECTED: 'move',
    EXPIRED: 'move',
    UNKNOWN: 'late',
  },
  FILLED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    // The cancel lost the race against the fill.
    PENDING_CANCEL: 'late',
    CANCELED: 'late',
    EXPIRED: 'late',
    UNKNOWN: 'late',
  },
  CANCELED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    PENDING_CANCEL: 'late',
    CANCELED: 'late',
    EXPIRED: 'late',
    UNKNOWN: 'late',
  },
  REJECTED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    PENDING_CANCEL: 'late',
    CANCELED: 'late',
    REJECTED: 'late',
    UNKNOWN: 'late',
  },
  EXPIRED: {
    SUBMITTING: 'late',
    SUBMITTED: 'late',
    ACCEPTED: 'late',
    PENDING_CANCEL: 'late',
    CANCELED: 'late',
    EXPIRED: 'late',
    UNKNOWN: 'late',
  },
};

export interface Transition {
  readonly order: Order;
  /** False when the update was late: the status stayed. */
  readonly moved: boolean;
}

/** Applies a status report. Throws `InvariantError` when the table does not list it. */
export function transition(order: Order, update: OrderUpdate): Transition {
  const step = TRANSITIONS[order.status][update.status];
  if (step === undefined) {
    throw new InvariantError(
      `Order ${order.clientOrderId} is "${order.status}" and can not become "${update.status}" (${update.reason ?? 'no reason given'})`,
    );
  }
  const brokerOrderId = update.brokerOrderId ?? order.brokerOrderId;
  if (step === 'late') {
    return { order: brokerOrderId === order.brokerOrderId ? order : { ...order, brokerOrderId }, moved: false };
  }
  const isBackAtWork = update.status === 'ACCEPTED' && order.filledQuantity > 0;
  return {
    order: {
      ...order,
      status: isBackAtWork ? 'PARTIALLY_FILLED' : update.status,
      brokerOrderId,
      statusReason: update.reason,
      updatedTime: update.time,
    },
    moved: true,
  };
}

/** Books an execution. The caller has made sure that this `fillId` is new. */
export function applyFill(order: Order, fill: Fill): Order {
  if (!(fill.quantity > 0)) {
    throw new InvariantError(`Expected fill ${fill.fillId} to be of more than 0 units, found ${fill.quantity}`);
  }
  const filledQuantity = order.filledQuantity + fill.quantity;
  if (filledQuantity > order.quantity) {
    throw new InvariantError(
      `Fill ${fill.fillId} would fill ${filledQuantity} of ${order.quantity} units of order ${order.clientOrderId}`,
    );
  }
  const before = (order.averagePrice ?? 0) * order.filledQuantity;
  const averagePrice = roundPrice((before + fill.price * fill.quantity) / filledQuantity);
  return {
    ...order,
    status: statusAfterFill(order, filledQuantity),
    filledQuantity,
    averagePrice,
    updatedTime: fill.time,
  };
}

/** A fill after a cancel or an expiry does not bring the order back to work. */
function statusAfterFill(order: Order, filledQuantity: number): OrderStatus {
  if (filledQuantity === order.quantity) return 'FILLED';
  switch (order.status) {
    case 'CANCELED':
    case 'EXPIRED':
    case 'REJECTED':
    case 'PENDING_CANCEL':
      return order.status;
    default:
      return 'PARTIALLY_FILLED';
  }
}
