import type { EpochMs } from '../../../core/time.ts';

interface Sleeper {
  readonly time: EpochMs;
  readonly wake: () => void;
}

/** Who sleeps until when, on any clock. */
export class Sleepers {
  #sleepers: Sleeper[] = [];

  /** Infinity when nobody sleeps. */
  get earliest(): EpochMs {
    return this.#sleepers.reduce((earliest, { time }) => Math.min(earliest, time), Number.POSITIVE_INFINITY);
  }

  add(time: EpochMs, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        time,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  wake(now: EpochMs): void {
    if (this.#sleepers.length === 0) return;
    const due = this.#sleepers.filter(({ time }) => time <= now).sort((a, b) => a.time - b.time);
    if (due.length === 0) return;
    this.#sleepers = this.#sleepers.filter(({ time }) => time > now);
    for (const { wake } of due) wake();
  }
}
