import type { OrderUpdate } from '../../core/order.ts';

type Status = OrderUpdate['status'];

/** The broker's free text for where an order is, and ours. Filled orders are told by their fills. */
const WORDS: Readonly<Record<string, Status | 'FILLED'>> = {
  'put order req received': 'SUBMITTED',
  'validation pending': 'SUBMITTED',
  'open pending': 'SUBMITTED',
  'after market order req received': 'ACCEPTED',
  'modify after market order req received': 'ACCEPTED',
  open: 'ACCEPTED',
  'trigger pending': 'ACCEPTED',
  'modify pending': 'ACCEPTED',
  modified: 'ACCEPTED',
  'cancel pending': 'PENDING_CANCEL',
  cancelled: 'CANCELED',
  'cancelled after market order': 'CANCELED',
  rejected: 'REJECTED',
  complete: 'FILLED',
  executed: 'FILLED',
};

/** `orderstatus` says what an order is now, `status` what last happened to it; unknown words mean it still works. */
export function statusOfWords(orderstatus: string, status: string): Status | 'FILLED' {
  return WORDS[orderstatus.trim().toLowerCase()] ?? WORDS[status.trim().toLowerCase()] ?? 'ACCEPTED';
}
