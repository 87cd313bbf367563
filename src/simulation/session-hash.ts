import type { BookedFill } from '../core/fill.ts';
import { hashHex } from '../core/hash.ts';
import type { Order } from '../core/order.ts';
import type { SessionRecord } from '../ports/ledger.ts';

/** 32 hexadecimal digits over every field of every signal, order and fill, in the order of the record. */
export function hashOfSession(record: SessionRecord): string {
  return hashHex([...record.signals, ...record.orders, ...record.fills].map(canonical).join('\n'));
}

/** 32 hexadecimal digits over the orders and their fills: a refactor that moves one fill changes it. */
export function hashOfOrders(orders: Iterable<Order>, fills: Iterable<BookedFill>): string {
  const lines: string[] = [];
  for (const o of orders) {
    lines.push(
      `${o.sequence} ${o.clientOrderId} ${o.signalKey} ${o.role} ${o.side} ${o.quantity} ${o.type} ${o.limitPrice} ${o.triggerPrice} ${o.status} ${o.filledQuantity} ${o.averagePrice}`,
    );
  }
  for (const f of fills) lines.push(`${f.fillId} ${f.quantity} ${f.price} ${f.time} ${f.chargesPaise}`);
  return hashHex(lines.join('\n'));
}

/** JSON with keys in order of name, so that equal values have equal bytes whatever built them. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
