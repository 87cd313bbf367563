import { createHash } from 'node:crypto';
import type { BookedFill } from '../core/fill.ts';
import type { Order } from '../core/order.ts';

/** Characters that are hashed together. */
const CHUNK = 65_536;
const DIGITS = 32;

/**
 * 32 hexadecimal digits over every order as it was planned and every fill, in the order they came: a refactor that moves
 * one fill changes it. Hashed as they come, so that a long run keeps none of them.
 */
export class OrderListHash {
  readonly #hash = createHash('sha256');
  #chunk = '';

  planned({ clientOrderId, side, quantity, type, limitPrice, triggerPrice, notBefore }: Order): void {
    this.#add(`${clientOrderId} ${side} ${quantity} ${type} ${limitPrice} ${triggerPrice} ${notBefore}\n`);
  }

  filled({ fillId, quantity, price, time, chargesPaise }: BookedFill): void {
    this.#add(`${fillId} ${quantity} ${price} ${time} ${chargesPaise}\n`);
  }

  digest(): string {
    return this.#hash.copy().update(this.#chunk).digest('hex').slice(0, DIGITS);
  }

  #add(line: string): void {
    this.#chunk += line;
    if (this.#chunk.length < CHUNK) return;
    this.#hash.update(this.#chunk);
    this.#chunk = '';
  }
}
