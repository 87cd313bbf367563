import { createHash } from 'node:crypto';
import type { BookedFill } from '../core/fill.ts';
import { ORDER_SIDES, ORDER_TYPES, type Order } from '../core/order.ts';

/** Lines that are hashed together. */
const CHUNK = 1_024;
const NUMBERS_A_LINE = 5;
const DIGITS = 32;

/**
 * 32 hexadecimal digits over every order as it was planned and every fill, in the order they came: a refactor that moves
 * one fill changes it. Hashed as they come, so that a long run keeps none of them, and numbers as their bytes: writing
 * them out would cost as much as matching them.
 */
export class OrderListHash {
  readonly #hash = createHash('sha256');
  readonly #numbers = new Float64Array(CHUNK * NUMBERS_A_LINE);
  readonly #ids: string[] = [];
  #lines = 0;

  planned({ clientOrderId, side, quantity, type, limitPrice, triggerPrice }: Order): void {
    const kind = ORDER_TYPES.indexOf(type) * ORDER_SIDES.length + ORDER_SIDES.indexOf(side);
    this.#add(clientOrderId, quantity, limitPrice ?? 0, triggerPrice ?? 0, kind, 0);
  }

  filled({ fillId, quantity, price, time, chargesPaise }: BookedFill): void {
    this.#add(fillId, quantity, price, time, chargesPaise, 1);
  }

  digest(): string {
    const hash = this.#hash
      .copy()
      .update(this.#words(this.#lines))
      .update(this.#numbers.subarray(0, this.#lines * NUMBERS_A_LINE));
    return hash.digest('hex').slice(0, DIGITS);
  }

  #add(id: string, a: number, b: number, c: number, d: number, e: number): void {
    const at = this.#lines * NUMBERS_A_LINE;
    this.#numbers[at] = a;
    this.#numbers[at + 1] = b;
    this.#numbers[at + 2] = c;
    this.#numbers[at + 3] = d;
    this.#numbers[at + 4] = e;
    this.#ids[this.#lines] = id;
    this.#lines += 1;
    if (this.#lines < CHUNK) return;
    this.#hash.update(this.#words(CHUNK)).update(this.#numbers);
    this.#lines = 0;
  }

  /** Joined at once: a string that grows line by line has to be copied together in the end. */
  #words(lines: number): string {
    return lines === 0 ? '' : `${this.#ids.slice(0, lines).join(' ')} `;
  }
}
