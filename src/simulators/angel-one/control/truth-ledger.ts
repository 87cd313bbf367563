/**
 * What truly happened, whatever a client was told: the witness of tests. Entry point: `TruthLedger`.
 *
 * Invariants: written when the thing happens inside the broker, before any reply and whether or not one is sent; nothing
 * is ever taken out.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { DeskOrder } from '../orders/desk-order.ts';
import { averageOf } from '../orders/desk-order.ts';
import type { Operation } from '../rest/endpoints.ts';
import type { BudgetTally, RateWindows } from '../rest/rate-windows.ts';

export type CallResult = 'done' | 'refused' | 'throttled' | 'unauthorised' | 'faulted';
export type SessionDeed = 'login' | 'login-refused' | 'refresh' | 'logout' | 'expired';

export interface FillEntry {
  readonly clientCode: string;
  readonly orderId: string;
  readonly tag: string;
  readonly fillId: string;
  readonly tradingSymbol: string;
  readonly side: string;
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
  readonly time: EpochMs;
}

export interface ChangeEntry {
  readonly clientCode: string;
  readonly orderId: string;
  readonly deed: 'cancel' | 'modify';
  readonly result: 'asked' | 'done' | 'too-late' | 'refused';
  readonly time: EpochMs;
}

export interface RuleEntry {
  readonly clientCode: string;
  readonly ruleId: string;
  readonly deed: 'created' | 'modified' | 'cancelled' | 'triggered' | 'expired';
  readonly orderId: string | null;
  readonly time: EpochMs;
}

export interface OrderEntry {
  readonly clientCode: string;
  readonly orderId: string;
  readonly tag: string;
  readonly tradingSymbol: string;
  readonly exchange: string;
  readonly side: string;
  readonly orderType: string;
  readonly quantity: number;
  readonly price: number;
  readonly triggerPrice: number;
  readonly status: string;
  readonly filled: number;
  readonly averagePrice: number;
  readonly text: string;
  readonly placedTime: EpochMs;
  readonly updatedTime: EpochMs;
}

export interface LedgerReport {
  readonly sessions: readonly { readonly clientCode: string; readonly deed: SessionDeed; readonly time: EpochMs }[];
  readonly orders: readonly OrderEntry[];
  /** How many orders carry each tag; untagged ones are left out. */
  readonly ordersByTag: Readonly<Record<string, number>>;
  /** Tags that more than one order carries: something was placed twice. */
  readonly doubledTags: readonly string[];
  readonly fills: readonly FillEntry[];
  readonly changes: readonly ChangeEntry[];
  readonly rules: readonly RuleEntry[];
  readonly calls: Readonly<Record<string, Readonly<Partial<Record<CallResult, number>>>>>;
  /** By client code and class: the most calls in any rolling window, and how often one was too many. */
  readonly budget: Readonly<Record<string, BudgetTally>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Errors of the simulator itself; anything in here makes the rest doubtful. */
  readonly mishaps: readonly string[];
}

export class TruthLedger {
  readonly fills: FillEntry[] = [];
  readonly changes: ChangeEntry[] = [];
  readonly rules: RuleEntry[] = [];
  readonly mishaps: string[] = [];
  readonly sessions: { readonly clientCode: string; readonly deed: SessionDeed; readonly time: EpochMs }[] = [];
  readonly #orders: DeskOrder[] = [];
  readonly #calls = new Map<Operation, Partial<Record<CallResult, number>>>();
  readonly #faults: Record<string, number> = {};
  readonly #windows: RateWindows;
  readonly #clientCodes: readonly string[];

  constructor(windows: RateWindows, clientCodes: readonly string[]) {
    this.#windows = windows;
    this.#clientCodes = clientCodes;
  }

  get orders(): readonly OrderEntry[] {
    return this.#orders.map(entryOf);
  }

  get ordersByTag(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { request } of this.#orders)
      if (request.tag !== '') counts[request.tag] = (counts[request.tag] ?? 0) + 1;
    return counts;
  }

  get doubledTags(): readonly string[] {
    return Object.entries(this.ordersByTag)
      .filter(([, count]) => count > 1)
      .map(([tag]) => tag);
  }

  get budget(): Readonly<Record<string, BudgetTally>> {
    return Object.fromEntries(this.#clientCodes.map((code) => [code, this.#windows.tallyOf(code)]));
  }

  addOrder(order: DeskOrder): void {
    this.#orders.push(order);
  }

  addSession(clientCode: string, deed: SessionDeed, time: EpochMs): void {
    this.sessions.push({ clientCode, deed, time });
  }

  addCall(operation: Operation, result: CallResult): void {
    const counts = this.#calls.get(operation) ?? {};
    counts[result] = (counts[result] ?? 0) + 1;
    this.#calls.set(operation, counts);
  }

  addFault(kind: string): void {
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
  }

  report(): LedgerReport {
    return {
      sessions: [...this.sessions],
      orders: this.orders,
      ordersByTag: this.ordersByTag,
      doubledTags: this.doubledTags,
      fills: [...this.fills],
      changes: [...this.changes],
      rules: [...this.rules],
      calls: Object.fromEntries([...this.#calls].map(([operation, counts]) => [operation, { ...counts }])),
      budget: this.budget,
      faults: { ...this.#faults },
      mishaps: [...this.mishaps],
    };
  }
}

function entryOf(order: DeskOrder): OrderEntry {
  const { request } = order;
  return {
    clientCode: order.clientCode,
    orderId: order.orderId,
    tag: request.tag,
    tradingSymbol: request.listing.tradingSymbol,
    exchange: request.listing.segment,
    side: request.side,
    orderType: request.orderType,
    quantity: request.quantity,
    price: request.price,
    triggerPrice: request.triggerPrice,
    status: order.orderStatus,
    filled: order.filled,
    averagePrice: averageOf(order),
    text: order.text,
    placedTime: order.placedTime,
    updatedTime: order.updatedTime,
  };
}
