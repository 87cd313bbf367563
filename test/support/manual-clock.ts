import type { EpochMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly time: EpochMs;
  readonly wake: () => void;
}

/** Stands still until it is moved; sleepers wake in the order of their times. */
export class ManualClock implements Clock {
  #now: EpochMs;
  #sleepers: Sleeper[] = [];

  constructor(now: EpochMs = 1_000_000) {
    this.#now = now;
  }

  now(): EpochMs {
    return this.#now;
  }

  /** As a machine's clock is set. */
  setBack(ms: number): void {
    this.#now -= ms;
  }

  get nextWake(): EpochMs | undefined {
    return this.#sleepers.length === 0 ? undefined : Math.min(...this.#sleepers.map(({ time }) => time));
  }

  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    if (time <= this.#now || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { time, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Moves on to `time`, from sleeper to sleeper; what each one sets going is done before the next wakes. */
  async reach(time: EpochMs): Promise<void> {
    await settled();
    for (let next = this.nextWake; next !== undefined && next <= time; next = this.nextWake) {
      this.#now = Math.max(this.#now, next);
      const due = this.#sleepers.filter((sleeper) => sleeper.time <= this.#now);
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.time > this.#now);
      for (const { wake } of due) wake();
      await settled();
    }
    this.#now = Math.max(this.#now, time);
  }
}

/** Every promise that can be settled without time passing has been. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
