/** What the order stream says: one changed order a frame, in the order book's own fields. */
import { z } from 'zod';
import type { OrderUpdate } from '../../../core/order.ts';
import { statusOfWords } from '../order-status-words.ts';
import { orderRow } from '../rest/order-calls.ts';
import { numeric, words } from '../rest/wire-values.ts';

type FrameStatus = OrderUpdate['status'] | 'FILLED';

/** What happened; asked only when the order itself does not say where it is. */
const STATUS_OF_CODE: Readonly<Record<string, FrameStatus>> = {
  AB01: 'ACCEPTED',
  AB02: 'CANCELED',
  AB03: 'REJECTED',
  AB04: 'ACCEPTED',
  AB05: 'FILLED',
  AB06: 'ACCEPTED',
  AB07: 'CANCELED',
  AB08: 'ACCEPTED',
  AB09: 'SUBMITTED',
  AB10: 'ACCEPTED',
  AB11: 'ACCEPTED',
};
const CONNECTED_CODE = 'AB00';

/** Blank is not zero: it says nothing of what was filled. */
const filledOrUnsaid = z
  .preprocess((value) => (value === '' ? null : value), z.union([z.null(), numeric]).optional())
  .transform((value) => value ?? null);
const frameSchema = z.object({
  'order-status': words,
  'error-message': words,
  orderData: orderRow.extend({ filledshares: filledOrUnsaid }).nullish(),
});

export interface OrderFrame {
  readonly code: string;
  readonly orderId: string;
  readonly tag: string;
  readonly status: FrameStatus;
  /** Units filled by now; null when the frame does not say. */
  readonly filled: number | null;
  readonly text: string;
  /** `dd-MMM-yyyy HH:mm:ss` or blank. */
  readonly stamp: string;
}

export type ParsedFrame =
  | { readonly kind: 'order'; readonly frame: OrderFrame }
  /** The first frame of a connection; it is about no order. */
  | { readonly kind: 'greeting' }
  | { readonly kind: 'malformed'; readonly problem: string };

const LONGEST_PROBLEM = 160;

export function parseOrderFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', problem: `expected JSON, found ${text.length} characters of something else` };
  }
  const parsed = frameSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const problem = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
    return { kind: 'malformed', problem: problem.slice(0, LONGEST_PROBLEM) };
  }
  const { 'order-status': code, orderData: row } = parsed.data;
  if (!row || row.orderid === '') {
    if (code === CONNECTED_CODE) return { kind: 'greeting' };
    return { kind: 'malformed', problem: `expected an order id, found none in a frame of code "${code.slice(0, 8)}"` };
  }
  const says = row.orderstatus !== '' || row.status !== '';
  const status = says ? statusOfWords(row.orderstatus, row.status) : (STATUS_OF_CODE[code] ?? 'ACCEPTED');
  return {
    kind: 'order',
    frame: {
      ...{ code, orderId: row.orderid, tag: row.ordertag, status },
      ...{ filled: row.filledshares, text: row.text, stamp: row.updatetime },
    },
  };
}
