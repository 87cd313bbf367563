/**
 * The life of an order. `INITIALIZED` is written before any I/O, `SUBMITTING` before the network call;
 * `UNKNOWN` means the call's outcome could not be proven and the broker's book must be searched.
 */
export const ORDER_STATUSES = [
  'INITIALIZED',
  'SUBMITTING',
  'SUBMITTED',
  'ACCEPTED',
  'PARTIALLY_FILLED',
  'FILLED',
  'PENDING_CANCEL',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'UNKNOWN',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export function isTerminal(status: OrderStatus): boolean {
  return status === 'FILLED' || status === 'CANCELED' || status === 'REJECTED' || status === 'EXPIRED';
}
