import type { EpochMs } from '../../core/time.ts';
import type { CallWindow } from '../../ports/call-log.ts';

/** A call that has been let go and has had no answer yet. */
export interface OwnCall {
  readonly letGoTime: EpochMs;
}

/** One without an answer has arrived by then: who waits for it must not wait as long as the answer may take. */
const LONGEST_WAY_MS = 500;

/**
 * The calls of one class that this process has let go. When a call arrived nobody here knows, only that it was before its
 * answer: until then it is in every window, from then on for the window's length. So a call that waited for a connection,
 * for a proof or for a machine that was busy does not meet the next one at the broker.
 */
export class OwnCalls {
  readonly #most: number;
  /** By when each had arrived, ascending; as many as the largest window holds. */
  readonly #arrivals: EpochMs[] = [];
  readonly #onWay = new Set<OwnCall>();

  constructor(windows: readonly CallWindow[]) {
    this.#most = Math.max(...windows.map(({ limit }) => limit));
  }

  letGo(now: EpochMs): OwnCall {
    const call = { letGoTime: now };
    this.#onWay.add(call);
    return call;
  }

  arrived(call: OwnCall, time: EpochMs): void {
    if (!this.#onWay.delete(call)) return;
    const place = this.#arrivals.findLastIndex((each) => each <= time) + 1;
    this.#arrivals.splice(place, 0, time);
    if (this.#arrivals.length > this.#most) this.#arrivals.shift();
  }

  /** How long one of the windows is full at least; 0 when none is. */
  fullMs(windows: readonly CallWindow[], now: EpochMs): number {
    for (const call of this.#onWay) {
      if (Math.abs(now - call.letGoTime) >= LONGEST_WAY_MS) this.arrived(call, call.letGoTime + LONGEST_WAY_MS);
    }
    // The clock was set back: the log of calls knows what to make of that.
    if ((this.#arrivals.at(-1) ?? 0) > now) this.#arrivals.length = 0;
    let freeAt = now;
    for (const { limit, ms } of windows) {
      const later = limit - this.#onWay.size;
      const blocking = later > 0 ? this.#arrivals.at(-later) : now;
      // Times are rounded.
      if (blocking !== undefined) freeAt = Math.max(freeAt, blocking + ms + 1);
    }
    return freeAt - now;
  }
}
