import { hashHex } from '../../core/hash.ts';
import type { OrderUpdate } from '../../core/order.ts';

/** The same report, from the stream, from the book or recorded again, has the same id. */
export function updateId(update: OrderUpdate): string {
  const { clientOrderId, status, brokerOrderId, reason, time } = update;
  return hashHex(JSON.stringify([clientOrderId, status, brokerOrderId, reason, time]));
}
