import type { EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Sleepers } from './sleepers.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time, shifted when a day is to begin at another hour than it is. */
export class SystemClock implements Clock {
  readonly #sleepers = new Sleepers();
  readonly #shiftMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(startsAt?: EpochMs) {
    this.#shiftMs = startsAt === undefined ? 0 : startsAt - Date.now();
  }

  now(): EpochMs {
    return Date.now() + this.#shiftMs;
  }

  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    if (time <= this.now() || signal?.aborted) return Promise.resolve();
    const slept = this.#sleepers.add(time, signal);
    this.#arm();
    return slept;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const earliest = this.#sleepers.earliest;
    if (earliest === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(1, earliest - this.now());
    this.#timer = setTimeout(() => this.#wake(), Math.min(waitMs, LONGEST_TIMER_MS));
  }

  #wake(): void {
    this.#sleepers.wake(this.now());
    this.#arm();
  }
}
