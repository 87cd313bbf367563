/**
 * One order of ours against the rows that the broker's book has under its id. Entry point: `reconcileOrder`.
 *
 * What is told is told only when the transition table takes it, and only when it changes something; the order as it then
 * stands is what differences are looked for in, so that a second look says the same.
 */
import type { Fill } from '../../core/fill.ts';
import type { Order, OrderUpdate } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import { dayOf, type EpochMs, formatDay, SECOND_MS } from '../../core/time.ts';
import type { BookedOrder } from '../../ports/broker.ts';
import type { Difference } from './difference.ts';
import { applyFill, TRANSITIONS, transition } from './order-machine.ts';

export interface ReconciledOrder {
  /** As it stands once updates and fills are applied. */
  readonly order: Order;
  readonly updates: readonly OrderUpdate[];
  readonly fills: readonly Fill[];
  /** There, and not taken in. */
  readonly unbooked: readonly Fill[];
  /** The broker says of more units that they are filled than it shows fills for. */
  readonly isLagging: boolean;
  readonly differences: readonly Difference[];
}

/** Books lag by seconds; what lasts longer is no lag. */
const PATIENCE_MS = 30 * SECOND_MS;
const QUIET = { updates: [], fills: [], unbooked: [], isLagging: false, differences: [] } as const;

/** `isWhole`: the book has no row that could not be read, so that what is not in it is not there. */
export function reconcileOrder(
  order: Order,
  known: readonly Fill[],
  rows: readonly BookedOrder[],
  isWhole: boolean,
  now: EpochMs,
): ReconciledOrder {
  if (rows.length === 0) return { order, ...QUIET, ...(isWhole ? absent(order, now) : {}) };
  const { filled, fills, unbooked } = takeFills(order, known, rows);
  const row = rowOf(order, rows);
  const update = row && updateOf(filled, row);
  const after = update ? transition(filled, update).order : filled;
  return {
    order: after,
    updates: update ? [update] : [],
    ...{ fills, unbooked, isLagging: rows.some(isShort) },
    differences: [
      ...doubled(after, rows),
      ...notBooked(after, unbooked),
      ...fillAbsent(after, rows),
      ...(row ? worksThere(after, row, now) : []),
    ],
  };
}

function takeFills(order: Order, known: readonly Fill[], rows: readonly BookedOrder[]) {
  const ids = new Set(known.map(({ fillId }) => fillId));
  const fills: Fill[] = [];
  const unbooked: Fill[] = [];
  let filled = order;
  for (const fill of rows.flatMap((row) => row.fills).sort((one, other) => one.time - other.time)) {
    if (ids.has(fill.fillId)) continue;
    ids.add(fill.fillId);
    const isItsOwn = fill.instrumentId === order.instrumentId && fill.side === order.side;
    if (isItsOwn && fill.quantity > 0 && filled.filledQuantity + fill.quantity <= order.quantity) {
      filled = applyFill(filled, fill);
      fills.push(fill);
    } else {
      unbooked.push(fill);
    }
  }
  return { filled, fills, unbooked };
}

/** The row that speaks for the order; none when there are several and none of them has its name. */
function rowOf({ brokerOrderId }: Order, rows: readonly BookedOrder[]): BookedOrder | undefined {
  const named = rows.filter(({ update }) => brokerOrderId !== null && update.brokerOrderId === brokerOrderId);
  if (named.length > 0) return firstAtWork(named);
  return rows.length === 1 || brokerOrderId === null ? firstAtWork(rows) : undefined;
}

function firstAtWork(rows: readonly BookedOrder[]): BookedOrder | undefined {
  return rows.find(({ update }) => !isTerminal(update.status)) ?? rows[0];
}

function updateOf(order: Order, row: BookedOrder): OrderUpdate | undefined {
  const update = { ...row.update, status: provenStatus(order, row) };
  const step = TRANSITIONS[order.status][update.status];
  if (step === 'move') return update;
  const isName = update.brokerOrderId !== null && update.brokerOrderId !== order.brokerOrderId;
  return step === 'late' && isName ? update : undefined;
}

function provenStatus(order: Order, row: BookedOrder): OrderUpdate['status'] {
  const { status } = row.update;
  // Of an end whose fills are still to come only this is sure: the broker has the order.
  if (isTerminal(status)) return isShort(row) ? 'SUBMITTED' : status;
  // A cancel of ours may be on its way.
  return order.status === 'PENDING_CANCEL' ? 'PENDING_CANCEL' : status;
}

function absent(order: Order, now: EpochMs): Partial<ReconciledOrder> {
  const { clientOrderId, instrumentId, status, brokerOrderId, updatedTime } = order;
  // What was never sent, and what ended, the book need not have.
  if (status === 'INITIALIZED' || isTerminal(status) || order.timeInForce === 'GTT') return {};
  if (now - updatedTime <= PATIENCE_MS) return {};
  const day = sentDay(order);
  const today = dayOf(now);
  if (day < today) {
    const reason = `The broker's book of ${formatDay(today)} does not list it: an order for the day ends with its day, ${formatDay(day)}`;
    const update = { clientOrderId, status: 'EXPIRED', brokerOrderId, reason, time: now } as const;
    return { order: transition(order, update).order, updates: [update] };
  }
  // The executor searches for these.
  if (status === 'SUBMITTING' || status === 'UNKNOWN') return {};
  const text = `${whatOf(order)} is "${status}" here, and the broker's book does not list it. Look for it in the broker's app${named(brokerOrderId)}; if it is not there either, halt ${order.strategyId} until this is settled: what protects its position may be missing.`;
  return {
    differences: [
      {
        ...{ key: `ORDER_ABSENT|${clientOrderId}`, kind: 'ORDER_ABSENT', level: 'critical', instrumentId, text },
        ...{ orders: idsOf(order), numbers: { quantity: order.quantity, filled: order.filledQuantity } },
      },
    ],
  };
}

/** A cancel that was asked for today does not make yesterday's order one of today. */
function sentDay({ status, createdTime, notBefore, updatedTime }: Order): number {
  const due = Math.max(createdTime, notBefore);
  return dayOf(status === 'PENDING_CANCEL' ? due : Math.max(due, updatedTime));
}

function doubled(order: Order, rows: readonly BookedOrder[]): readonly Difference[] {
  const { clientOrderId, instrumentId } = order;
  const names = [...new Set(rows.map(({ update }) => update.brokerOrderId ?? ''))].sort();
  if (names.length < 2) return [];
  const list = names.map((name) => `"${name}"`).join(', ');
  const text = `${names.length} orders at the broker carry our id "${clientOrderId}" (${whatOf(order)}): ${list}. Only ${order.quantity} units were meant: cancel or close what is too many in the broker's app.`;
  return [
    {
      ...{ key: `ORDER_DOUBLED|${clientOrderId}|${names.join('|')}`, kind: 'ORDER_DOUBLED', level: 'critical' },
      ...{ instrumentId, orders: [clientOrderId, ...names], text },
      numbers: { orders: names.length, quantity: order.quantity, filled: filledThere(rows) },
    },
  ];
}

function notBooked(order: Order, unbooked: readonly Fill[]): readonly Difference[] {
  if (unbooked.length === 0) return [];
  const { clientOrderId, instrumentId } = order;
  const units = unbooked.reduce((sum, { quantity }) => sum + quantity, 0);
  const found = unbooked.map(({ side, quantity, instrumentId: of, price }) => `${side} ${quantity} ${of} at ${price}`);
  const text = `The broker shows fills of ${units} units under our id "${clientOrderId}" that its order, ${whatOf(order)} with ${order.filledQuantity} filled, can not have: ${found.join(', ')}. They are not booked: look at the position in the broker's app and close what is too many there.`;
  const ids = unbooked.map(({ fillId }) => fillId).sort();
  return [
    {
      ...{ key: `FILL_NOT_BOOKED|${ids.join('|')}`, kind: 'FILL_NOT_BOOKED', level: 'critical', instrumentId, text },
      ...{ orders: idsOf(order), numbers: { units, quantity: order.quantity, filled: order.filledQuantity } },
    },
  ];
}

function fillAbsent(order: Order, rows: readonly BookedOrder[]): readonly Difference[] {
  const there = filledThere(rows);
  const here = order.filledQuantity;
  if (here <= there) return [];
  const { clientOrderId, instrumentId } = order;
  const text = `${whatOf(order)} has ${here} units filled here and ${there} at the broker. A trade may have been annulled: look at its trade book, and halt ${order.strategyId} until this is settled.`;
  return [
    {
      ...{ key: `FILL_ABSENT|${clientOrderId}|${here}|${there}`, kind: 'FILL_ABSENT', level: 'critical', instrumentId },
      ...{ orders: idsOf(order), numbers: { here, there }, text },
    },
  ];
}

function worksThere(order: Order, row: BookedOrder, now: EpochMs): readonly Difference[] {
  const { clientOrderId, instrumentId, status } = order;
  const { brokerOrderId, status: there } = row.update;
  const isDone = row.filledQuantity >= order.quantity || isTerminal(there) || isShort(row);
  if (isDone || status === 'FILLED') return [];
  const numbers = { quantity: order.quantity, filled: row.filledQuantity };
  const orders = [clientOrderId, ...(brokerOrderId === null ? [] : [brokerOrderId])];
  if (isTerminal(status)) {
    const text = `${whatOf(order)} is "${status}" here and still at work at the broker${named(brokerOrderId)}. Cancel it in the broker's app; what it fills until then is booked and told.`;
    return [
      {
        ...{ key: `ORDER_WORKS_THERE|${clientOrderId}`, kind: 'ORDER_WORKS_THERE', level: 'critical', instrumentId },
        ...{ orders, numbers, text },
      },
    ];
  }
  if (status !== 'PENDING_CANCEL' || there === 'PENDING_CANCEL' || now - order.updatedTime <= PATIENCE_MS) return [];
  const text = `A cancel of ${whatOf(order)} was asked for, and it is still at work at the broker${named(brokerOrderId)}. If it must not fill, cancel it in the broker's app.`;
  return [
    {
      ...{ key: `CANCEL_NOT_TAKEN|${clientOrderId}`, kind: 'CANCEL_NOT_TAKEN', level: 'warning', instrumentId },
      ...{ orders, numbers, text },
    },
  ];
}

function isShort({ fills, filledQuantity }: BookedOrder): boolean {
  return fills.reduce((sum, { quantity }) => sum + quantity, 0) < filledQuantity;
}

function filledThere(rows: readonly BookedOrder[]): number {
  return rows.reduce((sum, { filledQuantity }) => sum + filledQuantity, 0);
}

function whatOf({ role, side, quantity, instrumentId, strategyId }: Order): string {
  return `${role} ${side} ${quantity} ${instrumentId} of ${strategyId}`;
}

function named(brokerOrderId: string | null): string {
  return brokerOrderId === null ? '' : ` (its number there: ${brokerOrderId})`;
}

function idsOf({ clientOrderId, brokerOrderId }: Order): readonly string[] {
  return brokerOrderId === null ? [clientOrderId] : [clientOrderId, brokerOrderId];
}
