import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Timers hold at most this long. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** The time of day, or one that runs faster from a given moment: what is asked of a sped-up market is measured in its time. */
export class SystemClock implements Clock {
  readonly #start: EpochMs;
  readonly #startedAt: number;
  readonly #speed: number;

  constructor(start: EpochMs = Date.now(), speed = 1) {
    this.#start = start;
    this.#speed = speed;
    this.#startedAt = performance.now();
  }

  now(): EpochMs {
    return Math.floor(this.#start + (performance.now() - this.#startedAt) * this.#speed);
  }

  async sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    for (let left = time - this.now(); left > 0 && !signal?.aborted; left = time - this.now()) {
      const waitMs = Math.min(Math.max(1, left / this.#speed), LONGEST_SLEEP_MS);
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}
