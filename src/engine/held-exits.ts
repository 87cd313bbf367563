/**
 * Exits that wait until the legs they replace are gone, where a cancel may lose against a fill: they shrink with what those
 * legs fill meanwhile, and end when nothing is left for them. Entry points: `review` after every change, `onTime`.
 */
import type { Order } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import { isFired, isLeaving } from './exit-planner.ts';
import type { MarketView } from './market-view.ts';
import type { OrderMemory } from './order-memory.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';
import type { WorkingOrders } from './working-orders.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** A leg that is not gone by then keeps an exit waiting: a person has to know. Told again after twice as long each time. */
export const LEG_PATIENCE_MS = 10_000;

export class HeldExits {
  readonly #orders: WorkingOrders;
  readonly #memory: OrderMemory;
  readonly #market: MarketView;
  readonly #portfolio: Portfolio;
  readonly #patienceMs: number;
  readonly #onReleased: (order: Order) => void;
  nextTime: EpochMs = NEVER;

  constructor(
    orders: WorkingOrders,
    memory: OrderMemory,
    market: MarketView,
    portfolio: Portfolio,
    patienceMs: number,
    onReleased: (order: Order) => void,
  ) {
    this.#orders = orders;
    this.#memory = memory;
    this.#market = market;
    this.#portfolio = portfolio;
    this.#patienceMs = patienceMs;
    this.#onReleased = onReleased;
  }

  onPlanned(order: Order): void {
    this.nextTime = Math.min(this.nextTime, order.notBefore + this.#patienceMs);
  }

  review(position: OpenPosition, now: EpochMs): void {
    if (this.#orders.heldOf(position).length === 0) return;
    this.#shrink(position, now);
    for (const order of this.#orders.heldOf(position)) {
      if (this.#orders.legsOf(position).some((leg) => isInTheWayOf(order, leg))) continue;
      const entry = this.#market.get(order.instrumentId);
      const pricedTime = order.pricedTime === null ? null : Math.max(now, order.notBefore);
      const price = order.reprices === null ? Number.NaN : entry.lastPrice.price;
      const limitPrice = this.#orders.limitAround(order, entry, price, 0);
      this.#onReleased(this.#orders.amend(order, { isHeld: false, limitPrice, pricedTime }, 'place', now));
    }
  }

  onTime(now: EpochMs): void {
    if (now < this.nextTime) return;
    this.nextTime = NEVER;
    for (const position of this.#portfolio.all()) {
      for (const held of this.#orders.heldOf(position)) {
        const waited = now - Math.max(held.createdTime, held.notBefore);
        if (waited >= this.#patienceMs)
          this.#orders.tell(held, 'waits for a stop or target whose cancel is not confirmed', now);
        const next = now + Math.max(waited, this.#patienceMs);
        this.nextTime = Math.min(this.nextTime, next);
        // A cancel that the broker has refused is asked for again.
        const legs = this.#orders.legsOf(position).filter((leg) => isInTheWayOf(held, leg));
        for (const leg of legs) this.#orders.cancel(leg, 'An exit waits for its end', now);
      }
    }
  }

  #shrink(position: OpenPosition, now: EpochMs): void {
    for (const order of this.#orders.heldOf(position).toReversed()) {
      const tooMuch = this.#tooMuchOf(order, position);
      if (tooMuch <= 0) continue;
      if (tooMuch < order.quantity) {
        this.#orders.amend(order, { quantity: order.quantity - tooMuch }, null, now);
        continue;
      }
      const { clientOrderId } = order;
      const reason = 'What it was to close is closed';
      this.#orders.update({ clientOrderId, status: 'CANCELED', brokerOrderId: null, reason, time: now });
    }
  }

  /** Units that would be closed twice. */
  #tooMuchOf(held: Order, position: OpenPosition): number {
    if (isLeaving(held)) return this.#orders.leftOver(position) * (held.side === 'BUY' ? 1 : -1);
    const fired = this.#orders.legsOf(position).filter((leg) => isFired(leg) && leg.signalKey === held.signalKey);
    const planned = fired.reduce((sum, { quantity, filledQuantity }) => sum + quantity - filledQuantity, 0);
    return planned - Math.abs(this.#memory.wanted.ofSignal(position, held.signalKey));
  }
}

/** An exit goes when no leg is left; a fired leg when those it replaces are gone. */
function isInTheWayOf(held: Order, leg: Order): boolean {
  if (leg.isHeld || leg.clientOrderId === held.clientOrderId) return false;
  return isLeaving(held) || (leg.signalKey === held.signalKey && !isFired(leg));
}
