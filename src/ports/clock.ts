import type { EpochMs } from '../core/time.ts';

/** The only source of "now" outside the entry points: system, scaled or driven by data. */
export interface Clock {
  now(): EpochMs;
  /** Resolves when the clock has reached `time`, or at once when it has passed or the signal aborts. */
  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void>;
}
