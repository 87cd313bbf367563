import type { ClientOrderId, SignalKey } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { SignalStatus } from '../core/signal.ts';

interface Asked {
  readonly working: ClientOrderId[];
  isFilled: boolean;
  isExpired: boolean;
}

/** The orders each signal has asked for: those that may still change, and what became of the others. */
export class AskedOrders {
  #bySignal = new Map<SignalKey, Asked>();

  has(key: SignalKey): boolean {
    return this.#bySignal.has(key);
  }

  add(key: SignalKey, id: ClientOrderId): void {
    const asked = this.#bySignal.get(key);
    if (asked) asked.working.push(id);
    else this.#bySignal.set(key, { working: [id], isFilled: false, isExpired: false });
  }

  /** What the signal has become when this was its last order to end; its protective legs live on. */
  end({ signalKey, clientOrderId, filledQuantity, status }: Order): SignalStatus | undefined {
    const asked = this.#bySignal.get(signalKey);
    const at = asked?.working.indexOf(clientOrderId) ?? -1;
    if (!asked || at < 0) return undefined;
    asked.working.splice(at, 1);
    asked.isFilled ||= filledQuantity > 0;
    asked.isExpired ||= status === 'EXPIRED';
    if (asked.working.length > 0) return undefined;
    return asked.isFilled ? 'COMPLETED' : asked.isExpired ? 'EXPIRED' : 'CANCELLED';
  }

  /** A map that lives for ever drags its former tables along: a new one every day. */
  startDay(isKnown: (key: SignalKey) => boolean): void {
    this.#bySignal = new Map([...this.#bySignal].filter(([key]) => isKnown(key)));
  }
}
