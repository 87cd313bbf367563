import type { EpochMs } from '../../core/time.ts';
import type { CallLog, CallVerdict, CallWindow } from '../../ports/call-log.ts';
import type { Clock } from '../../ports/clock.ts';

interface CallsOfClass {
  /** Oldest first. */
  calls: { id: string; time: EpochMs }[];
  restUntil: EpochMs;
}

/** The calls of one process: for backtests of the wire, tests, and commands that run alone. */
export class MemoryCallLog implements CallLog {
  readonly #clock: Clock;
  readonly #classes = new Map<string, CallsOfClass>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async record(callClass: string, windows: readonly CallWindow[]): Promise<CallVerdict> {
    const now = this.#clock.now();
    const kept = this.#classOf(callClass);
    // A clock that was set back must not make a call last longer than its windows.
    for (const call of kept.calls) if (call.time > now) call.time = now;
    const widestMs = Math.max(0, ...windows.map(({ ms }) => ms));
    const firstKept = kept.calls.findIndex(({ time }) => time >= now - widestMs);
    kept.calls = firstKept < 0 ? [] : kept.calls.slice(firstKept);
    let freeAt = kept.restUntil;
    for (const { limit, ms } of windows) {
      const blocking = kept.calls[kept.calls.length - limit];
      if (blocking !== undefined) freeAt = Math.max(freeAt, blocking.time + ms + 1);
    }
    if (freeAt > now) return { isCounted: false, waitMs: freeAt - now };
    this.#lastId += 1;
    const callId = String(this.#lastId);
    kept.calls.push({ id: callId, time: now });
    return { isCounted: true, callId };
  }

  async withdraw(callClass: string, callId: string): Promise<void> {
    const kept = this.#classOf(callClass);
    kept.calls = kept.calls.filter(({ id }) => id !== callId);
  }

  async rest(callClass: string, forMs: number): Promise<void> {
    const kept = this.#classOf(callClass);
    kept.restUntil = Math.max(kept.restUntil, this.#clock.now() + forMs);
  }

  #classOf(callClass: string): CallsOfClass {
    let kept = this.#classes.get(callClass);
    if (kept === undefined) {
      kept = { calls: [], restUntil: 0 };
      this.#classes.set(callClass, kept);
    }
    return kept;
  }
}
