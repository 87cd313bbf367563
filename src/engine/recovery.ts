/**
 * Takes up what earlier runs decided and what became of it, so that the engine goes on as if it had never stopped. Entry
 * point: `recover`. Pure: the same record gives the same state, and nothing is asked of the world.
 *
 * The past is gone through in the order in which the engine heard of it, which the numbers of orders and fills keep; a
 * signal comes before its orders.
 */
import type { BookedFill } from '../core/fill.ts';
import type { Order } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { AccountRecord } from '../ports/ledger.ts';
import type { EngineParts } from './engine-parts.ts';
import { unlistedResult } from './portfolio/unlisted-result.ts';

interface Step {
  readonly time: EpochMs;
  readonly sequence: number;
  readonly take: () => void;
}

/** `reach` moves the engine's time, which begins a new day when one has begun. */
export function recover(
  parts: EngineParts,
  record: AccountRecord,
  reach: (time: EpochMs) => void,
  since: EpochMs,
): void {
  const isKnown = ({ instrumentId }: { readonly instrumentId: Order['instrumentId'] }): boolean =>
    parts.market.find(instrumentId) !== undefined;
  const orders = record.orders.filter(isKnown);
  const byId = new Map(orders.map((order) => [order.clientOrderId, order]));
  const everything = new Map(record.orders.map((order) => [order.clientOrderId, order]));
  parts.portfolio.recallResult(
    unlistedResult(
      record.fills.filter((fill) => !byId.has(fill.clientOrderId)),
      everything,
    ),
  );
  const steps: Step[] = orders.map((order) => {
    return { time: order.createdTime, sequence: order.sequence, take: () => parts.orders.recall.order(order) };
  });
  for (const fill of record.fills) {
    const order = byId.get(fill.clientOrderId);
    if (order === undefined) continue;
    steps.push({ time: fill.time, sequence: fill.sequence, take: () => takeFill(parts, fill, order) });
  }
  steps.sort((one, other) => one.sequence - other.sequence);
  const signals = record.signals.filter(isKnown).toSorted((one, other) => one.createdTime - other.createdTime);
  let next = 0;
  const takeSignals = (until: EpochMs): void => {
    for (let signal = signals[next]; signal && signal.createdTime <= until; signal = signals[++next]) {
      reach(signal.createdTime);
      takeSignal(parts, signal);
    }
  };
  let heard = Number.NEGATIVE_INFINITY;
  for (const { time, take } of steps) {
    // A fill may be older than what was heard before it.
    heard = Math.max(heard, time);
    takeSignals(heard);
    reach(heard);
    take();
  }
  takeSignals(Number.POSITIVE_INFINITY);
  const withdrawn = new Set(record.withdrawn);
  for (const order of orders) parts.orders.recall.end(order, withdrawn.has(order.clientOrderId));
  if (Number.isFinite(heard)) parts.orders.recall.finish(heard, since);
  if (record.marks !== undefined) parts.portfolio.recallMarks(record.marks);
  Object.assign(parts.switches, record.switches);
}

function takeSignal({ desk, orders }: EngineParts, signal: Signal): void {
  desk.recall(signal);
  if (signal.verdict.kind === 'ALLOWED') orders.recall.signal(signal);
}

function takeFill({ desk, orders }: EngineParts, fill: BookedFill, order: Order): void {
  const position = orders.recall.fill(fill);
  if (order.role === 'STOP_LOSS') desk.stopped(position, fill.time);
}
