import { dayOf, type EpochMs } from '../../../core/time.ts';
import type { OrderRow } from '../parts.ts';
import { type Refusal, refused } from '../rest/reply.ts';
import { type DeskOrder, isDone, rowOf } from './desk-order.ts';
import { textOf, type WireBody } from './wire-fields.ts';

export interface TradeEntry {
  readonly order: DeskOrder;
  readonly fillId: string;
  readonly price: number;
  readonly quantity: number;
  readonly time: EpochMs;
}

/** Rows older than this are in every book, however much it lags. */
const LONGEST_LAG_MS = 10_000;

/** A client's orders and trades as the books show them: now, or as they were a moment ago. */
export class DayBook {
  readonly #orders = new Map<string, DeskOrder>();
  readonly #trades: TradeEntry[] = [];

  add(order: DeskOrder): void {
    this.#orders.set(order.orderId, order);
  }

  addTrade(trade: TradeEntry): void {
    this.#trades.push(trade);
  }

  /** Keeps how the order looks now; a row that no lag reaches back to any more is forgotten. */
  remember(order: DeskOrder, now: EpochMs): void {
    const { past } = order;
    while (past.length > 1 && (past[1]?.time ?? now) < now - LONGEST_LAG_MS) past.shift();
    past.push({ time: now, row: rowOf(order) });
  }

  /** The order that a change is meant for; its variety must be the order's. */
  find(body: WireBody): DeskOrder | Refusal {
    const order = this.#orders.get(textOf(body, 'orderid'));
    if (order === undefined) return refused('AB1013', 'Order not found');
    const variety = textOf(body, 'variety');
    const isOwn = variety === order.request.variety || (order.isAfterMarket && variety === 'AMO');
    return isOwn ? order : refused('AB1008', 'Invalid order variety');
  }

  /** The day's rows as they stood `lagMs` ago, oldest first. */
  rows(now: EpochMs, lagMs: number): readonly OrderRow[] {
    const rows: OrderRow[] = [];
    for (const order of this.#orders.values()) {
      if (!isOfDay(order, now)) continue;
      const row = order.past.findLast(({ time }) => time <= now - lagMs)?.row;
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  details(uniqueId: string, now: EpochMs, lagMs: number): OrderRow | Refusal {
    for (const order of this.#orders.values()) {
      if (order.uniqueId !== uniqueId) continue;
      const row = order.past.findLast(({ time }) => time <= now - lagMs)?.row;
      if (row !== undefined) return row;
    }
    return refused('AB1007', 'Order not found');
  }

  trades(now: EpochMs, lagMs: number): readonly TradeEntry[] {
    return this.#trades.filter(({ time }) => dayOf(time) === dayOf(now) && time <= now - lagMs);
  }
}

function isOfDay(order: DeskOrder, now: EpochMs): boolean {
  return !isDone(order) || dayOf(order.placedTime) === dayOf(now) || dayOf(order.updatedTime) === dayOf(now);
}
