/**
 * Carries orders to the simulated exchange at once and leaves them as the queue and the executor leave them in the worker:
 * the same statuses at the same times, without the step in between that only a network call needs. Orders that must not be with the broker yet are held until their time.
 */
import type { BrokerOrderId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Effect, EngineEvent } from '../ports/engine-event.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

type CancelRequest = Extract<Effect, { type: 'cancelRequested' }>;

export class InlineDispatcher {
  readonly #exchange: SimulatedExchange;
  readonly #tell: (event: EngineEvent) => void;
  #orders: Order[] = [];
  #cancels: CancelRequest[] = [];
  #held: Order[] = [];

  constructor(exchange: SimulatedExchange, tell: (event: EngineEvent) => void) {
    this.#exchange = exchange;
    this.#tell = tell;
  }

  take(effect: Effect): void {
    if (effect.type === 'orderPlanned') {
      if (!effect.order.isHeld) this.#queue(effect.order, effect.order.createdTime);
    } else if (effect.type === 'orderAmended') {
      if (effect.job === 'place') this.#queue(effect.order, effect.time);
      else if (effect.job === 'modify') this.#modify(effect.order, effect.time);
    } else if (effect.type === 'cancelRequested') {
      this.#cancels.push(effect);
    }
  }

  #queue(order: Order, now: EpochMs): void {
    (order.notBefore > now ? this.#held : this.#orders).push(order);
  }

  /** One that was not sent yet goes out with its new terms. */
  #modify(order: Order, time: EpochMs): void {
    if (replaced(this.#orders, order) || replaced(this.#held, order)) return;
    const { limitPrice, triggerPrice } = order;
    const change = {
      ...(limitPrice === null ? {} : { limitPrice }),
      ...(triggerPrice === null ? {} : { triggerPrice }),
    };
    this.#exchange.modify(order, change, time);
  }

  /** Sends what has been taken; what that causes is sent too. */
  send(): void {
    while (this.#orders.length > 0 || this.#cancels.length > 0) {
      const cancels = this.#cancels;
      const orders = this.#orders;
      this.#cancels = [];
      this.#orders = [];
      // As from the queue: cancels leave before entries, and an order that was not sent yet never is.
      for (const cancel of cancels) this.#cancel(cancel, orders);
      for (const order of orders) this.#place(order, order.createdTime);
    }
  }

  /** The market has reached `time`: held orders whose time has come are sent. */
  release(time: EpochMs): void {
    if (this.#held.length === 0) return;
    const due = this.#held.filter((order) => order.notBefore <= time);
    if (due.length === 0) return;
    this.#held = this.#held.filter((order) => order.notBefore > time);
    for (const order of due) this.#place(order, order.notBefore);
    this.send();
  }

  #place(order: Order, time: EpochMs): void {
    const brokerOrderId = this.#exchange.submit(order, time);
    this.#update(order, 'SUBMITTED', brokerOrderId, null, time);
  }

  #cancel({ order, time }: CancelRequest, unsent: Order[]): void {
    if (taken(unsent, order) || taken(this.#held, order)) {
      this.#update(order, 'CANCELED', null, 'Cancelled before it was sent', time);
      return;
    }
    this.#update(order, 'PENDING_CANCEL', null, null, time);
    this.#exchange.cancel(order, time);
  }

  #update(
    order: Order,
    status: OrderUpdate['status'],
    brokerOrderId: BrokerOrderId | null,
    reason: string | null,
    time: EpochMs,
  ): void {
    const { clientOrderId } = order;
    this.#tell({ type: 'orderUpdated', update: { clientOrderId, status, brokerOrderId, reason, time } });
  }
}

/** Puts the order in the place of its earlier self; false when that is not in the list. */
function replaced(orders: Order[], order: Order): boolean {
  const at = orders.findIndex(({ clientOrderId }) => clientOrderId === order.clientOrderId);
  if (at >= 0) orders[at] = order;
  return at >= 0;
}

/** Takes the order out of the list; false when it is not in it. */
function taken(orders: Order[], { clientOrderId }: Order): boolean {
  const at = orders.findIndex((order) => order.clientOrderId === clientOrderId);
  if (at >= 0) orders.splice(at, 1);
  return at >= 0;
}
