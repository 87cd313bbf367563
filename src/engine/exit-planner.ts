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
import type { LegRole } from './exit-watch.ts';
import { clientOrderId } from './orders/client-order-id.ts';
import type { OrderBook } from './orders/order-book.ts';
import type { OrderPlanner } from './orders/order-planner.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Watch } from './watch.ts';

/** Where stop and target wait for their price: at the broker, or with the engine, which sends an order when it is reached. */
export interface ExitHolding {
  readonly stop: 'broker' | 'engine';
  readonly target: 'broker' | 'engine';
}

export const AT_THE_BROKER: ExitHolding = { stop: 'broker', target: 'broker' };

export interface ExitPlan {
  readonly orders: readonly Order[];
  readonly cancels: readonly Order[];
}

const MOST_SLICES = 100;
const LEAVING: ReadonlySet<OrderRole> = new Set(['EXIT', 'SQUARE_OFF']);

/** Closes what a strategy or the clock wants closed; the legs close what their levels say. */
export function isLeaving({ role }: Pick<Order, 'role'>): boolean {
  return LEAVING.has(role);
}

export function isLeg({ role }: Pick<Order, 'role'>): boolean {
  return role === 'STOP_LOSS' || role === 'TARGET';
}

/** A leg whose level the engine has watched: sent to be done at once. */
export function isFired(order: Pick<Order, 'role' | 'type' | 'reprices'>): boolean {
  return isLeg(order) && (order.type === 'MARKET' || (order.type === 'LIMIT' && order.reprices !== null));
}

export class ExitPlanner {
  readonly #planner: OrderPlanner;
  readonly #book: OrderBook;
  readonly #tiesPairs: boolean;
  readonly #holding: ExitHolding;

  /** `tiesPairs`: where orders end, one order of a pair that is filled cancels the other. */
  constructor(planner: OrderPlanner, book: OrderBook, tiesPairs: boolean, holding: ExitHolding = AT_THE_BROKER) {
    this.#planner = planner;
    this.#book = book;
    this.#tiesPairs = tiesPairs;
    this.#holding = holding;
  }

  /**
   * Stop and target behind one fill of an entry, as far as they are to rest at the broker. Where nothing ties a pair the
   * target waits with the engine: two orders that may both fill are never out at once. Rules that outlive the day are tied.
   */
  protect(entry: Order, fill: Fill, signal: Signal, instrument: Instrument): readonly Order[] {
    const isTied = this.#tiesPairs || entry.product !== 'INTRADAY';
    const hasStop = signal.stopLoss !== null && this.#holding.stop === 'broker';
    const hasTarget = signal.target !== null && this.#holding.target === 'broker' && (isTied || !hasStop);
    const leg = {
      strategyId: entry.strategyId,
      signalKey: entry.signalKey,
      instrument,
      side: oppositeOf(entry.side),
      quantity: fill.quantity,
      product: entry.product,
      timeInForce: entry.product === 'INTRADAY' ? 'DAY' : 'GTT',
      ...(isTied ? { ocoGroup: fill.fillId } : {}),
      now: fill.time,
      notBefore: fill.time,
      deadline: null,
    } as const;
    const stop = hasStop
      ? this.#planner.plan({
          ...leg,
          leg: `stop/${fill.fillId}`,
          role: 'STOP_LOSS',
          type: 'STOP_MARKET',
          triggerPrice: signal.stopLoss,
        })
      : [];
    const target = hasTarget
      ? this.#planner.plan({
          ...leg,
          leg: `target/${fill.fillId}`,
          role: 'TARGET',
          type: 'LIMIT',
          limitPrice: signal.target,
        })
      : [];
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
      if (isLeaving(order)) return position.quantity === 0;
      return isLeg(order) || order.signalKey === leg.signalKey;
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
      fallbackPrice: fill.price,
      now: fill.time,
      notBefore: fill.time,
      deadline: null,
    });
  }

  /** The same once more, for units that an exit which failed has left. */
  again(position: OpenPosition, instrument: Instrument, key: SignalKey, units: number, now: EpochMs): readonly Order[] {
    return this.#planner.plan({
      strategyId: position.strategyId,
      signalKey: key,
      instrument,
      leg: `again/${this.#planner.nextNumber}`,
      role: 'SQUARE_OFF',
      side: units > 0 ? 'SELL' : 'BUY',
      quantity: Math.abs(units),
      type: 'MARKET',
      product: position.product,
      timeInForce: 'DAY',
      fallbackPrice: position.averagePrice,
      now,
      notBefore: now,
      deadline: null,
    });
  }

  /** What the engine has watched the price reach: `units` of the signal are closed at once, after the other legs are gone. */
  fire(watch: Watch, role: LegRole, instrument: Instrument, units: number, now: EpochMs): ExitPlan {
    const { position, signal } = watch;
    const cancels = this.#book
      .working(position.strategyId, position.instrumentId)
      .filter((order) => isLeg(order) && !isFired(order) && order.signalKey === signal.key && order.role !== role);
    const orders = this.#planner.plan({
      strategyId: position.strategyId,
      signalKey: signal.key,
      instrument,
      leg: `reached/${this.#planner.nextNumber}`,
      role,
      side: watch.isLong ? 'SELL' : 'BUY',
      quantity: units,
      type: 'MARKET',
      product: position.product,
      timeInForce: 'DAY',
      fallbackPrice: position.averagePrice,
      now,
      notBefore: now,
      deadline: null,
      isHeld: this.#waitsFor(cancels),
    });
    return { orders, cancels };
  }

  /** Everything working is cancelled; `units`, which no exit in flight covers yet, are sold (or bought back) at once. */
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
      fallbackPrice: position.averagePrice,
      now,
      notBefore,
      deadline: null,
      isHeld: this.#waitsFor(cancels),
    });
    return { orders, cancels };
  }

  /** Where a cancel may lose against a fill, nothing that would close the same units again is out before the legs are gone. */
  #waitsFor(cancels: readonly Order[]): boolean {
    return !this.#tiesPairs && cancels.some(isLeg);
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
