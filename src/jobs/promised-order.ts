import type { ClientOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';

/** How somebody remembers an order. */
type Recall = (id: ClientOrderId) => Order | undefined;

/**
 * Orders that are remembered as they were promised. Each memory is given once: whoever found it no longer true asks the
 * ledger the next time, though the memory has not changed.
 */
export function promisedOrder(recall: Recall): Recall {
  const given = new WeakSet<Order>();
  return (id) => {
    const order = recall(id);
    if (order?.status !== 'INITIALIZED' || given.has(order)) return undefined;
    given.add(order);
    return order;
  };
}
