/**
 * What fills though it should not any more. A cancel takes its time, so an entry may fill after it was withdrawn, an exit
 * after a stop has closed the position before it, a stop after an exit has. What comes of that is undone at market.
 */
import type { Fill } from '../core/fill.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { OpenPosition } from './portfolio/open-position.ts';

export class LateFills {
  readonly #withdrawn = new Set<ClientOrderId>();
  /** Units that the exits on their way would close too much. */
  readonly #surplus = new Map<OpenPosition, number>();

  /** The position is being closed, or its trade is over: this entry must not open another one. */
  withdraw(entry: Order): void {
    this.#withdrawn.add(entry.clientOrderId);
  }

  /** A leg was filled while exits for so many units were on their way on its side. */
  foresee(position: OpenPosition, leg: Order, inFlight: number): void {
    const held = leg.side === 'SELL' ? position.quantity : -position.quantity;
    const surplus = inFlight - Math.max(held, 0);
    if (surplus > 0) this.#surplus.set(position, surplus);
  }

  /** Units of the fill, which is booked by now, to undo; `inFlight` units of exits are still to come on its side. */
  unitsToUndo(order: Order, fill: Fill, position: OpenPosition, inFlight: number): number {
    if (order.role === 'ENTRY') return this.#withdrawn.has(order.clientOrderId) ? fill.quantity : 0;
    const beyond = fill.side === 'SELL' ? -position.quantity : position.quantity;
    if (order.role === 'STOP_LOSS' || order.role === 'TARGET') return least(fill.quantity, beyond, beyond + inFlight);
    const surplus = this.#surplus.get(position) ?? 0;
    const units = least(fill.quantity, beyond, surplus);
    if (units > 0) this.#surplus.set(position, surplus - units);
    return units;
  }

  startDay(): void {
    this.#withdrawn.clear();
    this.#surplus.clear();
  }
}

function least(...units: readonly number[]): number {
  return Math.max(0, Math.min(...units));
}
