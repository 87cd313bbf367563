/**
 * Looks after orders while they work, as time and price go on: limits follow the price, exits wait until the legs they
 * replace are gone, levels that the price reaches are acted on, and exits that failed are tried again. Entry points:
 * `onTime`, `onPrice`, `onFilled`, `onEnded`.
 *
 * Invariants: nothing that would close the same units twice is out at once where a cancel may lose against a fill; every
 * ladder ends: what could not be done by then is told.
 */
import type { Candle } from '../core/candle.ts';
import type { Rupees } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import { dayOf, type EpochMs } from '../core/time.ts';
import { type ExitPlanner, isFired, isLeaving } from './exit-planner.ts';
import { type ExitWatch, hitOf, type LegRole } from './exit-watch.ts';
import { HeldExits, LEG_PATIENCE_MS } from './held-exits.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import type { OrderMemory } from './order-memory.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';
import { RepriceTimes } from './reprice-times.ts';
import type { Watch } from './watch.ts';
import type { WorkingOrders } from './working-orders.ts';

export interface KeeperParts {
  readonly market: MarketView;
  readonly orders: WorkingOrders;
  readonly exits: ExitPlanner;
  readonly portfolio: Portfolio;
  readonly memory: OrderMemory;
  readonly watch: ExitWatch;
  readonly legPatienceMs?: number | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;
const RETRY_MS = 5_000;
const MOST_RETRIES = 5;

export class OrderKeeper {
  readonly #parts: KeeperParts;
  readonly #orders: WorkingOrders;
  readonly #held: HeldExits;
  readonly #times = new RepriceTimes();
  readonly #failures = new Map<OpenPosition, number>();
  #retryTime: EpochMs = NEVER;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    const { orders, memory, market, portfolio, legPatienceMs = LEG_PATIENCE_MS } = parts;
    this.#orders = orders;
    this.#held = new HeldExits(orders, memory, market, portfolio, legPatienceMs, (order) => this.#followPrice(order));
  }

  /** When `onTime` is wanted next. */
  get nextTime(): EpochMs {
    return Math.min(this.#times.nextTime, this.#held.nextTime, this.#retryTime);
  }

  onPlanned(order: Order): void {
    if (order.isHeld) this.#held.onPlanned(order);
    else this.#followPrice(order);
  }

  /** After a fill in the position. */
  onFilled(position: OpenPosition, now: EpochMs): void {
    this.#held.review(position, now);
  }

  onEnded(order: Order, position: OpenPosition, time: EpochMs): void {
    if (order.reprices !== null) this.#times.drop(order.clientOrderId);
    if (order.role === 'STOP_LOSS') this.#parts.watch.adopt(order);
    this.#held.review(position, time);
    // What was to be closed is not, and nobody else is on it.
    const isShort = order.filledQuantity < order.quantity && isLeaving(order) && this.#orders.leftOver(position) !== 0;
    if (isShort) this.#retryTime = Math.min(this.#retryTime, time + RETRY_MS);
  }

  onTime(now: EpochMs): void {
    if (now < this.nextTime) return;
    for (const id of this.#times.take(now)) {
      const order = this.#orders.find(id);
      if (order && !isTerminal(order.status)) this.#drawAgain(order, now);
    }
    this.#held.onTime(now);
    if (now >= this.#retryTime) this.#retry(now);
  }

  /** Of a candle fetched later only the close still holds: what it touched before is past. */
  onCandle(entry: MarketEntry, { high, low, close, provenance }: Candle, now: EpochMs): void {
    if (provenance === 'backfill') this.onPrice(entry, close, close, now);
    else this.onPrice(entry, high, low, now);
  }

  /** The price of an instrument has moved between these. */
  onPrice(entry: MarketEntry, high: Rupees, low: Rupees, now: EpochMs): void {
    if (entry.watches.length === 0) return;
    for (const watch of [...entry.watches]) {
      const role = hitOf(watch, high, low);
      if (role !== undefined) this.#onLevel(watch, role, entry, now);
      else if (this.#parts.watch.trail(watch, entry, high, low)) this.#moveStops(watch, entry, now);
    }
  }

  /** Takes up what an earlier run has left working; a limit follows the price anew from `since`, nothing is caught up on. */
  resume(now: EpochMs, since: EpochMs): void {
    for (const position of this.#parts.portfolio.all()) {
      for (const order of this.#orders.of(position)) {
        if (order.isHeld) this.#held.onPlanned(order);
        else this.#followPrice(order, since);
      }
      this.#held.review(position, now);
    }
  }

  /** What is held overnight is closed on; what brokers carry over no night they have closed themselves. */
  startDay(now: EpochMs): void {
    const isLeft = (position: OpenPosition): boolean =>
      position.product !== 'INTRADAY' && this.#orders.leftOver(position) !== 0;
    this.#retryTime = [...this.#parts.portfolio.open].some(isLeft) ? now : NEVER;
    this.#failures.clear();
  }

  #followPrice(order: Order, since = Number.NEGATIVE_INFINITY): void {
    const { policy } = this.#orders;
    // The limit of a stop is looked after when the price has jumped it.
    if (policy === null || order.type !== 'LIMIT' || order.pricedTime === null) return;
    this.#times.set(order, Math.max(order.pricedTime, since) + policy.repriceAfterMs);
  }

  #drawAgain(order: Order, now: EpochMs): void {
    const { market } = this.#parts;
    const { policy } = this.#orders;
    if (policy === null || order.reprices === null || this.#orders.isWithdrawn(order)) return;
    const entry = market.get(order.instrumentId);
    const session = market.nextSession(entry, now);
    if (session === null || order.notBefore >= session.close) return;
    const isAtBroker =
      order.status === 'ACCEPTED' || order.status === 'PARTIALLY_FILLED' || order.status === 'SUBMITTED';
    // Whoever has not got it yet is not late, and nobody trades while the market is closed.
    if (!isAtBroker || now < session.open) {
      this.#times.set(order, Math.max(now, session.open) + policy.repriceAfterMs);
      return;
    }
    const reprices = order.reprices + 1;
    const isLast = reprices > policy.reprices;
    if (order.role === 'ENTRY' && ((isLast && policy.entriesThen === 'cancel') || reprices > 2 * policy.reprices + 1)) {
      this.#orders.cancel(
        order,
        `Not filled at ${order.limitPrice} after its limit had followed the price ${order.reprices} times`,
        now,
      );
    } else if (reprices > 2 * policy.reprices + 1) {
      this.#orders.tell(
        order,
        `is not filled at ${order.limitPrice}, ${policy.crossBands} bands beyond the price: look at it by hand`,
        now,
      );
    } else this.#followPrice(this.#redraw(order, entry, reprices, now));
  }

  #redraw(order: Order, entry: MarketEntry, reprices: number, now: EpochMs): Order {
    const limitPrice = this.#orders.limitAround(order, entry, entry.lastPrice.price, reprices);
    const job = limitPrice === order.limitPrice ? null : 'modify';
    return this.#orders.amend(order, { limitPrice, reprices, pricedTime: now }, job, now);
  }

  /** Stops at the broker go with the level that trails the price. */
  #moveStops({ position, signal, stop }: Watch, entry: MarketEntry, now: EpochMs): void {
    for (const order of this.#orders.legsOf(position)) {
      if (order.role !== 'STOP_LOSS' || order.signalKey !== signal.key || order.triggerPrice === null) continue;
      if (stop === null || this.#orders.isWithdrawn(order)) continue;
      const limitPrice = order.limitPrice === null ? null : this.#orders.limitAround(order, entry, stop, 0);
      this.#orders.amend(order, { triggerPrice: stop, limitPrice }, 'modify', now);
    }
  }

  #onLevel(watch: Watch, role: LegRole, entry: MarketEntry, now: EpochMs): void {
    const { position, signal } = watch;
    const session = this.#parts.market.sessionAt(entry, now);
    if (now < watch.notBefore || session === null || now >= session.close) return;
    const wanted = Math.abs(this.#parts.memory.wanted.ofSignal(position, signal.key));
    const guards = this.#orders
      .legsOf(position)
      .filter((leg) => leg.signalKey === signal.key && (leg.role === role || isFired(leg)));
    const units = guards.reduce((left, { quantity, filledQuantity }) => left - quantity + filledQuantity, wanted);
    if (units <= 0) {
      for (const guard of guards) if (role === 'STOP_LOSS') this.#followJumped(guard, entry, now);
      return;
    }
    // Where some units have their target at the broker the others wait for the stop.
    if (role === 'TARGET' && units < wanted) return;
    watch.attempts += 1;
    watch.notBefore = watch.attempts > MOST_RETRIES ? NEVER : now + RETRY_MS * watch.attempts;
    if (watch.attempts > MOST_RETRIES) {
      const name = role === 'TARGET' ? 'target' : 'stop';
      this.#orders.alarm(
        `${signal.key}/${role}`,
        `${entry.instrument.id}: the ${name} of ${units} units of "${signal.strategyId}" is reached and no order got through: close them by hand`,
        now,
      );
      return;
    }
    const { orders, cancels } = this.#parts.exits.fire(watch, role, entry.instrument, units, now);
    for (const order of cancels)
      this.#orders.cancel(order, role === 'TARGET' ? 'The target is reached' : 'The stop is reached', now);
    this.#orders.plan(orders);
  }

  /** The price has gone through a stop and beyond its limit: the limit follows it. */
  #followJumped(stop: Order, entry: MarketEntry, now: EpochMs): void {
    const { policy } = this.#orders;
    const { limitPrice, reprices, pricedTime, side } = stop;
    if (
      policy === null ||
      stop.type !== 'STOP_LIMIT' ||
      limitPrice === null ||
      reprices === null ||
      pricedTime === null
    )
      return;
    const price = entry.lastPrice.price;
    const isJumped = side === 'SELL' ? price < limitPrice : price > limitPrice;
    const isAtBroker = stop.status === 'ACCEPTED' || stop.status === 'PARTIALLY_FILLED';
    if (!isJumped || !isAtBroker || this.#orders.isWithdrawn(stop)) return;
    if (now < pricedTime + policy.repriceAfterMs || reprices > 2 * policy.reprices + 1) return;
    if (reprices > 2 * policy.reprices)
      this.#orders.tell(stop, `is jumped: the price is ${price}, its limit ${limitPrice}; look at it by hand`, now);
    this.#redraw(stop, entry, reprices + 1, now);
  }

  #retry(now: EpochMs): void {
    this.#retryTime = NEVER;
    for (const position of [...this.#parts.portfolio.open]) {
      const units = this.#orders.leftOver(position);
      const { signalKey } = position;
      const { openedTime } = position.position();
      if (units === 0 || signalKey === null) continue;
      const entry = this.#parts.market.get(position.instrumentId);
      const session = this.#parts.market.nextSession(entry, now);
      const isIntraday = position.product === 'INTRADAY';
      const isOver = isIntraday && openedTime !== null && dayOf(openedTime) < dayOf(now);
      if (session === null || isOver) continue;
      if (now < session.open) {
        if (!isIntraday) this.#retryTime = Math.min(this.#retryTime, session.open);
        continue;
      }
      const failures = (this.#failures.get(position) ?? 0) + 1;
      this.#failures.set(position, failures);
      if (failures <= MOST_RETRIES)
        this.#orders.plan(this.#parts.exits.again(position, entry.instrument, signalKey, units, now));
      else if (failures === MOST_RETRIES + 1) {
        this.#orders.alarm(
          `${signalKey}/exit`,
          `${entry.instrument.id}: ${Math.abs(units)} units of "${position.strategyId}" are to be closed and no order got through: close them by hand`,
          now,
        );
      }
    }
  }
}
