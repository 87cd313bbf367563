/**
 * Our books against the broker's: what has to be told to the engine for ours to be right, and what no telling sets right.
 * Entry point: `reconcile`.
 *
 * Invariants: pure; running it again on what it has brought about yields no update, no fill and the same differences.
 * Nothing is concluded from what a book lacks while it lags or has rows that can not be read. Orders and positions of
 * others are listed and never touched; an order that works against our books is told of, not cancelled.
 */
import type { Fill } from '../../core/fill.ts';
import type { Order, OrderUpdate } from '../../core/order.ts';
import type { EpochMs } from '../../core/time.ts';
import type { BookedOrder, BrokerBook, BrokerHoldings, BrokerPositions, ForeignOrder } from '../../ports/broker.ts';
import type { Difference } from './difference.ts';
import { reconcileOrder } from './reconcile-order.ts';
import { reconcilePositions } from './reconcile-positions.ts';

export interface ReconcileInput {
  /** All that we know of, at least those that have not ended and those of the book's day. */
  readonly orders: readonly Order[];
  /** All of these orders' and all that make up the strategies' positions. */
  readonly fills: readonly Fill[];
  readonly book: BrokerBook;
  readonly positions: BrokerPositions;
  /** Needed only when `carriesDeliveries`. */
  readonly holdings?: BrokerHoldings | null;
  readonly now: EpochMs;
}

export interface Reconciliation {
  /** To be told before the updates: an end is the last word on an order. */
  readonly fills: readonly Fill[];
  readonly updates: readonly OrderUpdate[];
  readonly differences: readonly Difference[];
  /** False: books lag or could not be read whole, so that a difference that is not among these may still be there. */
  readonly isConclusive: boolean;
}

export function reconcile({ orders, fills, book, positions, holdings = null, now }: ReconcileInput): Reconciliation {
  const fillsOf = Map.groupBy(fills, ({ clientOrderId }) => clientOrderId);
  const rowsOf = Map.groupBy(book.orders, ({ update }) => update.clientOrderId);
  const isWhole = book.unreadRows === 0;
  const reconciled = orders.map((order) => {
    const { clientOrderId } = order;
    return reconcileOrder(order, fillsOf.get(clientOrderId) ?? [], rowsOf.get(clientOrderId) ?? [], isWhole, now);
  });
  const found = reconciled.flatMap((each) => each.fills).sort((one, other) => one.time - other.time);
  const ours = new Set(orders.map(({ clientOrderId }) => clientOrderId));
  const unknown = book.orders.filter(({ update }) => !ours.has(update.clientOrderId));
  const foreignOrders = book.foreignOrders ?? [];
  const lagging = reconciled.filter(({ isLagging }) => isLagging).map(({ order }) => order);
  const strayFills = [
    ...reconciled.flatMap(({ unbooked, order }) => unbooked.map((fill) => ({ fill, product: order.product }))),
    ...unknown.flatMap((row) => row.fills.map((fill) => ({ fill, product: null }))),
  ];
  return {
    fills: found,
    updates: reconciled.flatMap((each) => each.updates),
    differences: [
      ...reconciled.flatMap((each) => each.differences),
      ...unknown.flatMap(unknownOrder),
      ...foreignOrders.flatMap(handMadeOrder),
      ...reconcilePositions({
        ...{ orders: reconciled.map(({ order }) => order), fills: [...fills, ...found], positions, holdings },
        ...{ foreignOrders, strayFills, lagging, now },
        unreadOrderRows: book.unreadRows,
      }),
    ],
    isConclusive: isWhole && positions.unreadRows + (holdings?.unreadRows ?? 0) === 0 && lagging.length === 0,
  };
}

/** What has ended without a fill has changed nothing. */
function unknownOrder({ update, fills, filledQuantity }: BookedOrder): readonly Difference[] {
  const { clientOrderId, brokerOrderId, status } = update;
  const isEnded = status === 'CANCELED' || status === 'REJECTED' || status === 'EXPIRED';
  if (isEnded && filledQuantity === 0) return [];
  const orders = brokerOrderId === null ? [clientOrderId] : [clientOrderId, brokerOrderId];
  const state = isEnded ? `ended with ${filledQuantity} units filled` : `at work, ${filledQuantity} units filled`;
  return [
    {
      ...{ key: `ORDER_UNKNOWN|${orders.join('|')}`, kind: 'ORDER_UNKNOWN', level: 'critical', orders },
      ...{ instrumentId: fills[0]?.instrumentId ?? null, numbers: { filled: filledQuantity } },
      text: `The broker has an order with an id like ours, "${clientOrderId}"${brokerOrderId === null ? '' : ` (its number there: ${brokerOrderId})`}, ${state}, that our books do not have. Another worker may be trading this account, or the database is not the one it was: run one worker per account, and cancel or close by hand what nobody looks after.`,
    },
  ];
}

function handMadeOrder(order: ForeignOrder): readonly Difference[] {
  const { brokerOrderId, instrumentId, name, product, side, quantity, filledQuantity, isWorking } = order;
  if (!isWorking && filledQuantity === 0) return [];
  const what = `${side ?? 'order of'} ${quantity} ${instrumentId ?? name}${product === null ? '' : ` ${product}`}`;
  const state = isWorking ? `at work, ${filledQuantity} units filled` : `ended, ${filledQuantity} units filled`;
  return [
    {
      ...{ key: `HAND_MADE_ORDER|${brokerOrderId}`, kind: 'HAND_MADE_ORDER', level: 'info', instrumentId },
      ...{ orders: [brokerOrderId], numbers: { quantity, filled: filledQuantity } },
      text: `Order ${brokerOrderId} at the broker is not ours, but made by hand, by another program or by the broker itself: ${what}, ${state}. It is listed and never touched.`,
    },
  ];
}
