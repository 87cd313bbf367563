import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  readonly time: EpochMs;
  readonly wake: () => void;
}

/** The clock of a session that is played: it shows the time of the event in hand, so the same events give the same times. */
export class MarketClock implements Clock {
  #sleepers: Sleeper[] = [];
  #now: EpochMs;

  constructor(start: EpochMs) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  /** Moves to the event in hand. */
  reach(time: EpochMs): void {
    if (time <= this.#now) return;
    this.#now = time;
    if (this.#sleepers.length === 0) return;
    const due = this.#sleepers.filter((sleeper) => sleeper.time <= time);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.time > time);
    for (const { wake } of due) wake();
  }

  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    if (time <= this.#now || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleepers.push({ time, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
