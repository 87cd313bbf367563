import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  readonly time: EpochMs;
  readonly wake: () => void;
}

/** Shorter waits cost more than they pace. */
const SHORTEST_WAIT_MS = 8;

/**
 * The clock of a replayed session: it shows the time of the recorded event in hand and runs `speed` times as fast as the
 * recording, or slower when the orders in flight ask for it.
 */
export class ReplayClock implements Clock {
  readonly #speed: number;
  #sleepers: Sleeper[] = [];
  #now: EpochMs;
  #startedAt: number | null = null;
  #start: EpochMs;

  constructor(start: EpochMs, speed: number) {
    this.#start = start;
    this.#now = start;
    this.#speed = speed;
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

  /** Waits until the recording's `time` has come at this speed; undefined when there is nothing to wait for. */
  pace(time: EpochMs, signal: AbortSignal): Promise<void> | undefined {
    this.#startedAt ??= performance.now();
    const dueAt = this.#startedAt + (time - this.#start) / this.#speed;
    const waitMs = dueAt - performance.now();
    if (waitMs < SHORTEST_WAIT_MS || signal.aborted) return undefined;
    return sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }

  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    if (time <= this.#now || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleepers.push({ time, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
