import type { EpochMs } from '../../core/time.ts';

/** When the stream was down. A gap that starts where a known one starts replaces it: its end is often learnt later. */
export class StreamGaps {
  #gaps: { readonly from: EpochMs; readonly to: EpochMs }[] = [];

  mark(from: EpochMs, to: EpochMs): void {
    this.#gaps = [...this.#gaps.filter((gap) => gap.from !== from), { from, to }];
  }

  /** Forgets what ended by then. */
  dropBefore(time: EpochMs): void {
    if (this.#gaps.length > 0) this.#gaps = this.#gaps.filter((gap) => gap.to > time);
  }

  overlap(from: EpochMs, to: EpochMs): boolean {
    return this.#gaps.length > 0 && this.#gaps.some((gap) => gap.from < to && gap.to > from);
  }
}
