import type { Fill } from '../../../../src/core/fill.ts';
import type { Order, OrderUpdate } from '../../../../src/core/order.ts';
import { applyFill, transition } from '../../../../src/engine/orders/order-machine.ts';
import { type ReconcileInput, type Reconciliation, reconcile } from '../../../../src/engine/orders/reconcile.ts';
import type { BookedOrder, BrokerHoldings, BrokerPosition, ForeignOrder } from '../../../../src/ports/broker.ts';
import { brokerId, buildFill, buildOrder } from '../../../support/build-order.ts';
import { ist } from '../../../support/fixed-calendar.ts';

export const NOW = ist('2026-07-30', '11:00');
/** At work for an hour. */
export const WORKING = buildOrder({ status: 'ACCEPTED', brokerOrderId: brokerId('B1') });
const { instrumentId } = WORKING;

export function row(
  order: Order,
  status: OrderUpdate['status'],
  { fills = [], ...changes }: Partial<BookedOrder> & { readonly name?: string } = {},
): BookedOrder {
  const { name = 'B1', ...rest } = changes;
  const update = {
    ...{ clientOrderId: order.clientOrderId, status, brokerOrderId: brokerId(name) },
    ...{ reason: null, time: NOW - 60_000 },
  };
  return { update, fills, filledQuantity: fills.reduce((sum, { quantity }) => sum + quantity, 0), ...rest };
}

export function fillOf(order: Order, quantity: number, number = 1, changes: Partial<Fill> = {}): Fill {
  return buildFill(order, { fillId: `${order.clientOrderId}-${number}`, quantity, time: NOW - 60_000, ...changes });
}

export function position(quantity: number, changes: Partial<BrokerPosition> = {}): BrokerPosition {
  return { instrumentId, name: 'NSE RELIANCE-EQ', product: 'INTRADAY', quantity, averagePrice: 100, ...changes };
}

export function foreign(changes: Partial<ForeignOrder> = {}): ForeignOrder {
  return {
    ...{ brokerOrderId: brokerId('H1'), instrumentId, name: 'NSE RELIANCE-EQ', product: 'INTRADAY', side: 'BUY' },
    ...{ quantity: 5, filledQuantity: 5, isWorking: false },
    ...changes,
  };
}

export interface Setup {
  readonly orders?: readonly Order[];
  readonly fills?: readonly Fill[];
  readonly rows?: readonly BookedOrder[];
  readonly unreadRows?: number;
  readonly foreignOrders?: readonly ForeignOrder[];
  readonly positions?: readonly BrokerPosition[];
  readonly unreadPositions?: number;
  readonly holdings?: BrokerHoldings;
  readonly now?: number;
}

export function look(setup: Setup): Reconciliation {
  return reconcile(inputOf(setup));
}

function inputOf(setup: Setup): ReconcileInput {
  const { orders = [], fills = [], rows = [], unreadRows = 0, foreignOrders = [], positions = [] } = setup;
  return {
    ...{ orders, fills, now: setup.now ?? NOW, book: { orders: rows, unreadRows, foreignOrders } },
    positions: { positions, unreadRows: setup.unreadPositions ?? 0 },
    holdings: setup.holdings ?? null,
  };
}

/** Our books after what was found has been told, through the table that guards them. */
export function applied(input: ReconcileInput, { updates, fills }: Reconciliation): ReconcileInput {
  const orders = input.orders.map((before) => {
    let order = before;
    for (const fill of fills) if (fill.clientOrderId === order.clientOrderId) order = applyFill(order, fill);
    for (const update of updates) {
      if (update.clientOrderId === order.clientOrderId) order = transition(order, update).order;
    }
    return order;
  });
  return { ...input, orders, fills: [...input.fills, ...fills] };
}
