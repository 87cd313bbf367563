import type { EpochMs } from '../../core/time.ts';

/** No more than `most` messages in any `windowMs`, whoever they go to. */
export class SendLimit {
  readonly #most: number;
  readonly #windowMs: number;
  /** The latest ones, at most as many as may go in a window. */
  #times: readonly EpochMs[] = [];

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** How long until the next one may go; 0 when it may go now. */
  waitMs(now: EpochMs): number {
    // A clock that was set back knows nothing of what lies ahead of it.
    const oldest = this.#times.filter((time) => time <= now).at(-this.#most);
    return oldest === undefined ? 0 : Math.max(0, oldest + this.#windowMs - now);
  }

  /** One that was answered: it got there before, so the next ones come late rather than early. */
  note(time: EpochMs): void {
    this.#times = [...this.#times, time].slice(-this.#most);
  }
}
