/**
 * Plans the orders that get out of positions: the protective pair behind a filled entry, the exit a strategy asked for,
 * the square-off. Exits in flight are counted, so a position is never closed twice.
 */
import type { Fill } from '../core/fill.ts';
import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Order, OrderRole } from '../core/order.ts';
import { oppositeOf } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import { clientOrderId } from './orders/client-order-id.ts';
import type { OrderBook } from './orders/order-book.ts';
import type { OrderPlanner } from './orders/order-planner.ts';
import type { OpenPosition } from './portfolio/open-position.ts';

export interface ExitPlan {
  readonly orders: readonly Order[];
  readonly cancels: readonly Order[];
}

const MOST_SLICES = 100;
const LEAVING: ReadonlySet<OrderRole> = new Set(['EXIT', 'SQUARE_OFF']);

export class ExitPlanner {
  readonly #planner: OrderPlanner;
  readonly #book: OrderBook;
  readonly #tiesPairs: boolean;

  /** `tiesPairs`: where orders end, one order of a pair that is filled cancels the other. */
  constructor(planner: OrderPlanner, book: OrderBook, tiesPairs: boolean) {
    this.#planner = planner;
    this.#book = book;
    this.#tiesPairs = tiesPairs;
  }

  /** Stop and target behind one fill of an entry: they exclude each other, at the exchange if it ties them. */
  protect(entry: Order, fill: Fill, signal: Signal, instrument: Instrument): readonly Order[] {
    const leg = {
      strategyId: entry.strategyId,
      signalKey: entry.signalKey,
      instrument,
      side: oppositeOf(entry.side),
      quantity: fill.quantity,
      product: entry.product,
      timeInForce: entry.product === 'INTRADAY' ? 'DAY' : 'GTT',
      ...(this.#tiesPairs ? { ocoGroup: fill.fillId } : {}),
      now: fill.time,
      notBefore: fill.time,
      deadline: null,
    } as const;
    const stop =
      signal.stopLoss === null
        ? []
        : this.#planner.plan({
            ...leg,
            leg: `stop/${fill.fillId}`,
            role: 'STOP_LOSS',
            type: 'STOP_MARKET',
            triggerPrice: signal.stopLoss,
          });
    const target =
      signal.target === null
        ? []
        : this.#planner.plan({
            ...leg,
            leg: `target/${fill.fillId}`,
            role: 'TARGET',
            type: 'LIMIT',
            limitPrice: signal.target,
          });
    return [...stop, ...target];
  }

  /** What the position will be when all exits and square-offs that have not been withdrawn are done, signed. */
  unitsAfterExits(position: OpenPosition, withdrawn: ReadonlySet<ClientOrderId>): number {
    let units = position.quantity;
    for (const order of this.#book.working(position.strategyId, position.instrumentId)) {
      if (!LEAVING.has(order.role) || withdrawn.has(order.clientOrderId)) continue;
      units += (order.quantity - order.filledQuantity) * (order.side === 'BUY' ? 1 : -1);
    }
    return units;
  }

  /** A leg has closed the position: what else would leave it, or enlarge it again, is not needed any more. */
  needless(position: OpenPosition, leg: Order): readonly Order[] {
    return this.#book.working(position.strategyId, position.instrumentId).filter((order) => {
      // The other order of the pair is the exchange's to cancel.
      if (order.ocoGroup !== null && order.ocoGroup === leg.ocoGroup) return false;
      return order.role !== 'ENTRY' || order.signalKey === leg.signalKey;
    });
  }

  /** Takes back what orders have traded too much, or will have: `units` signed. */
  undo(order: Order, fill: Fill, units: number, instrument: Instrument): readonly Order[] {
    return this.#planner.plan({
      strategyId: order.strategyId,
      signalKey: order.signalKey,
      instrument,
      leg: `undo/${fill.fillId}`,
      role: 'SQUARE_OFF',
      side: units > 0 ? 'SELL' : 'BUY',
      quantity: Math.abs(units),
      type: 'MARKET',
      product: order.product,
      timeInForce: 'DAY',
      now: fill.time,
      notBefore: fill.time,
      deadline: null,
    });
  }

  /** Everything working is cancelled; `units`, which no exit in flight covers yet, are sold (or bought back) at market. */
  leave(
    position: OpenPosition,
    instrument: Instrument,
    role: 'EXIT' | 'SQUARE_OFF',
    key: SignalKey,
    now: EpochMs,
    notBefore: EpochMs,
    units: number,
  ): ExitPlan {
    const working = this.#book.working(position.strategyId, instrument.id);
    const cancels = working.filter((order) => !LEAVING.has(order.role));
    if (units === 0) return { orders: [], cancels };
    const orders = this.#planner.plan({
      strategyId: position.strategyId,
      signalKey: key,
      instrument,
      leg: role === 'EXIT' ? 'exit' : squareOffLeg(now),
      role,
      side: units > 0 ? 'SELL' : 'BUY',
      quantity: Math.abs(units),
      type: 'MARKET',
      product: position.product,
      timeInForce: 'DAY',
      now,
      notBefore,
      deadline: null,
    });
    return { orders, cancels };
  }
}

function squareOffLeg(now: EpochMs): string {
  return `square-off/${now}`;
}

/** The orders of a square-off; what takes back a fill that came too late has the same role. */
export function isSquareOff({ clientOrderId: id, signalKey, createdTime }: Order): boolean {
  const leg = squareOffLeg(createdTime);
  if (id === clientOrderId(signalKey, leg)) return true;
  for (let slice = 1; slice <= MOST_SLICES; slice += 1) {
    if (id === clientOrderId(signalKey, `${leg}/slice-${slice}`)) return true;
  }
  return false;
}
