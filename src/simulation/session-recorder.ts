import type { BookedFill } from '../core/fill.ts';
import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { Trade } from '../core/trade.ts';
import type { Effect } from '../ports/engine-event.ts';
import type { SessionRecord } from '../ports/ledger.ts';

/** Keeps everything the engine decided and what became of it, in memory. */
export class SessionRecorder {
  readonly #signals = new Map<SignalKey, Signal>();
  readonly #orders = new Map<ClientOrderId, Order>();
  readonly fills: BookedFill[] = [];
  readonly trades: Trade[] = [];
  candles = 0;

  take(effect: Effect): void {
    switch (effect.type) {
      case 'candleClosed':
        this.candles += 1;
        break;
      case 'signalDecided':
      case 'signalChanged':
        this.#signals.set(effect.signal.key, effect.signal);
        break;
      case 'orderPlanned':
      case 'orderAmended':
      case 'orderChanged':
        this.#orders.set(effect.order.clientOrderId, effect.order);
        break;
      case 'fillBooked':
        this.#orders.set(effect.order.clientOrderId, effect.order);
        this.fills.push(effect.fill);
        break;
      case 'tradeClosed':
        this.trades.push(effect.trade);
        break;
      case 'switchesChanged':
      case 'cancelRequested':
      case 'alertRaised':
        break;
    }
  }

  get signals(): ReadonlyMap<SignalKey, Signal> {
    return this.#signals;
  }

  /** In the order a ledger gives it: signals by time and key, orders by sequence, fills by time and id. */
  session(): SessionRecord {
    return {
      signals: [...this.#signals.values()].sort((a, b) => a.createdTime - b.createdTime || compare(a.key, b.key)),
      orders: [...this.#orders.values()].sort((a, b) => a.sequence - b.sequence),
      fills: [...this.fills].sort((a, b) => a.time - b.time || compare(a.fillId, b.fillId)),
    };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
