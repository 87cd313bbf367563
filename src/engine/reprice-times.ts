import type { ClientOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';

/** When the limit of which order is to be drawn again. */
export class RepriceTimes {
  readonly #orders: { readonly id: ClientOrderId; readonly sequence: number; readonly time: EpochMs }[] = [];
  nextTime: EpochMs = Number.POSITIVE_INFINITY;

  set({ clientOrderId: id, sequence }: Pick<Order, 'clientOrderId' | 'sequence'>, time: EpochMs): void {
    this.drop(id);
    this.#orders.push({ id, sequence, time });
    this.nextTime = Math.min(this.nextTime, time);
  }

  drop(id: ClientOrderId): void {
    const at = this.#orders.findIndex((order) => order.id === id);
    if (at < 0) return;
    this.#orders.splice(at, 1);
    this.#findNext();
  }

  /** Those whose time has come, which have none then until they get another; in one order, also after a restart. */
  take(now: EpochMs): readonly ClientOrderId[] {
    const due = this.#orders.filter(({ time }) => time <= now);
    due.sort((one, other) => one.time - other.time || one.sequence - other.sequence);
    for (const { id } of due) this.drop(id);
    return due.map(({ id }) => id);
  }

  #findNext(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { time } of this.#orders) if (time < next) next = time;
    this.nextTime = next;
  }
}
