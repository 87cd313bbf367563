/**
 * How many units of each position are wanted, signed: what the entries of a signal have filled and its legs have not closed
 * again, until the strategy leaves or the day's business ends. What the books hold beyond that, exits on their way taken
 * into account, came of an order that filled too late: an entry that was withdrawn, an exit whose position a stop had
 * closed, a stop after an exit.
 */
import type { SignalKey } from '../core/ids.ts';
import type { OpenPosition } from './portfolio/open-position.ts';

export class WantedUnits {
  readonly #ofSignals = new Map<OpenPosition, Map<SignalKey, number>>();

  /** From now on what fills of this signal is wanted. */
  ask(position: OpenPosition, key: SignalKey): void {
    const units = this.#ofSignals.get(position) ?? new Map<SignalKey, number>();
    units.set(key, 0);
    this.#ofSignals.set(position, units);
  }

  /** Takes in what an entry or a leg of the signal has traded; returns what it holds now, undefined if it is not wanted. */
  add(position: OpenPosition, key: SignalKey, signed: number): number | undefined {
    const units = this.#ofSignals.get(position);
    const before = units?.get(key);
    if (!units || before === undefined) return undefined;
    units.set(key, before + signed);
    return before + signed;
  }

  /** What the signal holds of it; 0 as well when it is not wanted. */
  ofSignal(position: OpenPosition, key: SignalKey): number {
    return this.#ofSignals.get(position)?.get(key) ?? 0;
  }

  /** The signal's trade is over. */
  drop(position: OpenPosition, key: SignalKey): void {
    this.#ofSignals.get(position)?.delete(key);
  }

  /** Nothing of the position is wanted any more. */
  leave(position: OpenPosition): void {
    this.#ofSignals.get(position)?.clear();
  }

  /**
   * Positions in which some signal wants units. They may be flat: one that is about to be turned, or one in which what two
   * signals hold against each other cancels out while orders of both are still at work.
   */
  *positions(): Iterable<OpenPosition> {
    for (const position of this.#ofSignals.keys()) if (this.signalOf(position) !== undefined) yield position;
  }

  /** A signal that wants units of the position. */
  signalOf(position: OpenPosition): SignalKey | undefined {
    for (const [key, units] of this.#ofSignals.get(position) ?? []) if (units !== 0) return key;
    return undefined;
  }

  of(position: OpenPosition): number {
    let wanted = 0;
    for (const units of this.#ofSignals.get(position)?.values() ?? []) wanted += units;
    return wanted;
  }

  /** Signals that hold nothing and are not known any more are forgotten. */
  startDay(isKnown: (key: SignalKey) => boolean): void {
    for (const [position, units] of this.#ofSignals) {
      this.#ofSignals.set(position, new Map([...units].filter(([key, held]) => held !== 0 || isKnown(key))));
    }
  }
}
