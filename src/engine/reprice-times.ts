import type { ClientOrderId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';

/** When the limit of which order is to be drawn again. */
export class RepriceTimes {
  readonly #orders: { readonly id: ClientOrderId; readonly time: EpochMs }[] = [];
  nextTime: EpochMs = Number.POSITIVE_INFINITY;

  set(id: ClientOrderId, time: EpochMs): void {
    this.drop(id);
    this.#orders.push({ id, time });
    this.nextTime = Math.min(this.nextTime, time);
  }

  drop(id: ClientOrderId): void {
    const at = this.#orders.findIndex((order) => order.id === id);
    if (at < 0) return;
    this.#orders.splice(at, 1);
    this.#findNext();
  }

  /** Those whose time has come, which have none then until they get another. */
  take(now: EpochMs): readonly ClientOrderId[] {
    const due = this.#orders.filter(({ time }) => time <= now).map(({ id }) => id);
    for (const id of due) this.drop(id);
    return due;
  }

  #findNext(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { time } of this.#orders) if (time < next) next = time;
    this.nextTime = next;
  }
}
