import { randomUUID } from 'node:crypto';
import { dayOf, type EpochMs, formatDay } from '../../../core/time.ts';

/** The broker's and the exchange's numbers, unique over all clients. */
export class OrderIds {
  #orders = 100_000;
  #fills = 71_000_000;
  #rules = 4_410_000;

  next(time: EpochMs): { readonly orderId: string; readonly uniqueId: string; readonly exchangeOrderId: string } {
    this.#orders += 1;
    const date = formatDay(dayOf(time)).slice(2).replaceAll('-', '');
    return {
      orderId: `${date}${String(this.#orders).padStart(9, '0')}`,
      uniqueId: randomUUID(),
      exchangeOrderId: `11${String(this.#orders).padStart(14, '0')}`,
    };
  }

  nextFill(): string {
    this.#fills += 1;
    return String(this.#fills);
  }

  nextRule(): string {
    this.#rules += 1;
    return String(this.#rules);
  }
}
