import type { EpochMs } from '../../core/time.ts';

/**
 * Ends of the open candles, each with how many candles end there. Candles are aligned, so thousands of instruments share
 * a handful of distinct ends: a short sorted array beats a heap.
 */
export class CloseTimes {
  readonly #ends: EpochMs[] = [];
  readonly #counts: number[] = [];

  /** Infinity when nothing is open. */
  get next(): EpochMs {
    return this.#ends.length === 0 ? Number.POSITIVE_INFINITY : (this.#ends[0] ?? Number.POSITIVE_INFINITY);
  }

  add(end: EpochMs): void {
    const ends = this.#ends;
    const counts = this.#counts;
    let at = ends.length;
    while (at > 0 && (ends[at - 1] ?? 0) > end) at--;
    if (at > 0 && ends[at - 1] === end) {
      counts[at - 1] = (counts[at - 1] ?? 0) + 1;
      return;
    }
    ends.push(end);
    counts.push(1);
    for (let i = ends.length - 1; i > at; i--) {
      ends[i] = ends[i - 1] ?? 0;
      counts[i] = counts[i - 1] ?? 0;
    }
    ends[at] = end;
    counts[at] = 1;
  }

  remove(end: EpochMs): void {
    const ends = this.#ends;
    const counts = this.#counts;
    let at = 0;
    while (at < ends.length && ends[at] !== end) at++;
    if (at === ends.length) return;
    const left = (counts[at] ?? 0) - 1;
    if (left > 0) {
      counts[at] = left;
      return;
    }
    for (let i = at + 1; i < ends.length; i++) {
      ends[i - 1] = ends[i] ?? 0;
      counts[i - 1] = counts[i] ?? 0;
    }
    ends.pop();
    counts.pop();
  }
}
