import type { Order } from '../core/order.ts';
import { isTerminal, type OrderStatus } from '../core/order-status.ts';
import type { Signal } from '../core/signal.ts';
import type { Trade } from '../core/trade.ts';
import type { Effect } from '../ports/engine-event.ts';
import { OrderListHash } from './order-list-hash.ts';

/**
 * What a backtest keeps of the engine's effects: counts, the hash of the order list, the trades and whatever was refused.
 * A million candles make tens of thousands of orders; keeping them all would cost more time than trading them.
 */
export class BacktestTally {
  readonly trades: Trade[] = [];
  readonly denied: Signal[] = [];
  readonly rejected: Order[] = [];
  readonly #hash = new OrderListHash();
  readonly #ended = new Map<OrderStatus, number>();
  signals = 0;
  planned = 0;
  fills = 0;

  take(effect: Effect): void {
    switch (effect.type) {
      // First: most effects are this one.
      case 'candleClosed':
        break;
      case 'signalDecided':
        this.signals += 1;
        if (effect.signal.verdict.kind === 'DENIED') this.denied.push(effect.signal);
        break;
      case 'orderPlanned':
        this.planned += 1;
        this.#hash.planned(effect.order);
        break;
      case 'orderChanged':
        this.#end(effect.order);
        break;
      case 'fillBooked':
        this.fills += 1;
        this.#hash.filled(effect.fill);
        this.#end(effect.order);
        break;
      case 'tradeClosed':
        this.trades.push(effect.trade);
        break;
      case 'signalChanged':
      case 'cancelRequested':
      case 'switchesChanged':
      case 'alertRaised':
        break;
    }
  }

  /** Orders that have ended by their last status, the others as `WORKING`. */
  ordersByStatus(): Record<string, number> {
    const ended = [...this.#ended.values()].reduce((sum, count) => sum + count, 0);
    const working = this.planned - ended;
    return { ...Object.fromEntries(this.#ended), ...(working > 0 ? { WORKING: working } : {}) };
  }

  get orderListHash(): string {
    return this.#hash.digest();
  }

  #end(order: Order): void {
    if (!isTerminal(order.status)) return;
    this.#ended.set(order.status, (this.#ended.get(order.status) ?? 0) + 1);
    if (order.status === 'REJECTED') this.rejected.push(order);
  }
}
