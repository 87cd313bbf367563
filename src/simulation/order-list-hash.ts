import type { BookedFill } from '../core/fill.ts';
import { hashHex } from '../core/hash.ts';
import type { Order } from '../core/order.ts';

/** Characters that are hashed together. */
const CHUNK = 65_536;

/**
 * 32 hexadecimal digits over every order as it was planned and every fill, in the order they came: a refactor that moves
 * one fill changes it. Hashed in chunks as they come, so that a long run keeps none of them.
 */
export class OrderListHash {
  #digest = '';
  #chunk = '';

  planned(o: Order): void {
    const what = `${o.sequence} ${o.clientOrderId} ${o.role} ${o.side} ${o.quantity} ${o.type} ${o.limitPrice} ${o.triggerPrice}`;
    this.#add(`${what} ${o.createdTime} ${o.notBefore}\n`);
  }

  filled({ fillId, quantity, price, time, chargesPaise }: BookedFill): void {
    this.#add(`${fillId} ${quantity} ${price} ${time} ${chargesPaise}\n`);
  }

  digest(): string {
    return hashHex(this.#digest + this.#chunk);
  }

  #add(line: string): void {
    this.#chunk += line;
    if (this.#chunk.length < CHUNK) return;
    this.#digest = hashHex(this.#digest + this.#chunk);
    this.#chunk = '';
  }
}
