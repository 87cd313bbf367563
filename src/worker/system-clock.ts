import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Timers hold at most this long. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;
/** A timer does not count the time that the machine slept. */
const LOOK_AGAIN_MS = 30_000;

/**
 * The time of day, or one that runs faster from a given moment: what is asked of a sped-up market is measured in its time.
 * The time of day is the machine's, also after it slept or was set: who sleeps looks at it again and again.
 */
export class SystemClock implements Clock {
  readonly #start: EpochMs;
  readonly #startedAt: number;
  readonly #speed: number;
  readonly #isTimeOfDay: boolean;

  constructor(start?: EpochMs, speed = 1) {
    this.#start = start ?? Date.now();
    this.#speed = speed;
    this.#isTimeOfDay = start === undefined && speed === 1;
    this.#startedAt = performance.now();
  }

  now(): EpochMs {
    if (this.#isTimeOfDay) return Date.now();
    return Math.floor(this.#start + (performance.now() - this.#startedAt) * this.#speed);
  }

  async sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    for (let left = time - this.now(); left > 0 && !signal?.aborted; left = time - this.now()) {
      const waitMs = Math.min(Math.max(1, left / this.#speed), this.#isTimeOfDay ? LOOK_AGAIN_MS : LONGEST_SLEEP_MS);
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}
