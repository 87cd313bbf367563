import { z } from 'zod';
import type { Order } from '../../core/order.ts';
import type { OrderStatus } from '../../core/order-status.ts';
import type { SessionRecord } from '../../ports/ledger.ts';

const orderSchema = z.object({
  orderId: z.string(),
  tag: z.string(),
  side: z.string(),
  quantity: z.number(),
  status: z.string(),
  filled: z.number(),
});
const fillSchema = z.object({
  tag: z.string(),
  fillId: z.string(),
  side: z.string(),
  quantity: z.number(),
  price: z.number(),
});
const windowSchema = z.object({ highest: z.number(), exceeded: z.number() });

/** The part of the simulator's ledger that is held against our books. */
export const truthSchema = z.object({
  orders: z.array(orderSchema),
  doubledTags: z.array(z.string()),
  fills: z.array(fillSchema),
  sessions: z.array(z.object({ deed: z.string() })),
  calls: z.record(z.string(), z.record(z.string(), z.number())),
  budget: z.record(z.string(), z.record(z.string(), z.record(z.string(), windowSchema))),
  faults: z.record(z.string(), z.number()),
  mishaps: z.array(z.string()),
});
export type Truth = Readonly<z.output<typeof truthSchema>>;

/** What became of an order here, by what the broker says of it. */
const ENDS: Readonly<Record<string, readonly OrderStatus[]>> = {
  complete: ['FILLED'],
  cancelled: ['CANCELED', 'EXPIRED'],
  'cancelled after market order': ['CANCELED', 'EXPIRED'],
  rejected: ['REJECTED'],
  // It waits for the next session, here as there.
  'after market order req received': ['ACCEPTED'],
};
/** An order in one of these may be unknown to the broker. */
const NEVER_SENT: ReadonlySet<OrderStatus> = new Set(['CANCELED', 'EXPIRED', 'REJECTED']);

/** What differs between our books and what truly happened at the broker, one line each. */
export function compareOrders(
  { orders, fills }: Pick<SessionRecord, 'orders' | 'fills'>,
  truth: Truth,
): readonly string[] {
  const differences = truth.doubledTags.map((tag) => `${tag}: more than one order at the broker`);
  const byTag = new Map(truth.orders.map((each) => [each.tag, each]));
  for (const order of orders) {
    const there = byTag.get(order.clientOrderId);
    byTag.delete(order.clientOrderId);
    differences.push(...differencesOf(order, there).map((text) => `${order.clientOrderId}: ${text}`));
  }
  for (const tag of byTag.keys()) differences.push(`${tag === '' ? 'untagged' : tag}: only the broker has this order`);
  const fillText = (
    name: string,
    { side, quantity, price }: { side: string; quantity: number; price: number },
  ): string => `${name}: ${side} ${quantity} at ${price}`;
  const ours = new Set(fills.map((fill) => fillText(fill.fillId, fill)));
  const theirs = new Set(truth.fills.map((fill) => fillText(`${fill.tag}-${fill.fillId}`, fill)));
  for (const fill of theirs.difference(ours)) differences.push(`fill ${fill}: not in our books`);
  for (const fill of ours.difference(theirs)) differences.push(`fill ${fill}: not at the broker`);
  return differences;
}

function differencesOf(order: Order, there: Truth['orders'][number] | undefined): readonly string[] {
  if (there === undefined) {
    return order.brokerOrderId === null && NEVER_SENT.has(order.status)
      ? []
      : [`"${order.status}" here, unknown to the broker`];
  }
  const differences: string[] = [];
  if (order.brokerOrderId !== there.orderId) {
    differences.push(`the broker calls it "${there.orderId}", we call it "${order.brokerOrderId ?? ''}"`);
  }
  if (order.side !== there.side || order.quantity !== there.quantity) {
    differences.push(`${order.side} ${order.quantity} here, ${there.side} ${there.quantity} at the broker`);
  }
  if (!(ENDS[there.status] ?? []).includes(order.status)) {
    differences.push(`"${order.status}" here, "${there.status}" at the broker`);
  }
  if (order.filledQuantity !== there.filled) {
    differences.push(`${order.filledQuantity} filled here, ${there.filled} at the broker`);
  }
  return differences;
}

/** Windows of the call budget that were overrun, one line each. */
export function overruns({ budget }: Truth): readonly string[] {
  return Object.values(budget).flatMap((classes) =>
    Object.entries(classes).flatMap(([rateClass, windows]) =>
      Object.entries(windows)
        .filter(([, { exceeded }]) => exceeded > 0)
        .map(([name, { highest, exceeded }]) => `${rateClass} in a ${name}: ${highest} calls, ${exceeded} too many`),
    ),
  );
}
