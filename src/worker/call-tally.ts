import type { EpochMs } from '../core/time.ts';
import type { CallLog, CallVerdict, CallWindow } from '../ports/call-log.ts';
import type { Clock } from '../ports/clock.ts';

/** How close a class of calls has come to one of its windows. */
export interface WindowUse extends CallWindow {
  readonly callClass: string;
  readonly most: number;
}

export interface CallUse {
  readonly since: EpochMs;
  readonly calls: number;
  /** Calls that had to wait for their turn, each as often as it asked. */
  readonly waits: number;
  /** The broker has throttled us. */
  readonly rests: number;
  /** The fullest window of each class, the fullest first. */
  readonly windows: readonly WindowUse[];
}

interface ClassTally {
  times: EpochMs[];
  readonly most: Map<number, WindowUse>;
}

/** Counts what passes through the account's log of calls, for the day's report; the log decides as before. */
export class CallTally implements CallLog {
  readonly #log: CallLog;
  readonly #clock: Clock;
  readonly #since: EpochMs;
  readonly #classes = new Map<string, ClassTally>();
  #calls = 0;
  #waits = 0;
  #rests = 0;

  constructor(log: CallLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#since = clock.now();
  }

  async record(callClass: string, windows: readonly CallWindow[]): Promise<CallVerdict> {
    const verdict = await this.#log.record(callClass, windows);
    if (verdict.isCounted) this.#count(callClass, windows);
    else this.#waits += 1;
    return verdict;
  }

  async withdraw(callClass: string, callId: string): Promise<void> {
    this.#calls -= 1;
    this.#classes.get(callClass)?.times.pop();
    await this.#log.withdraw(callClass, callId);
  }

  rest(callClass: string, forMs: number): Promise<void> {
    this.#rests += 1;
    return this.#log.rest(callClass, forMs);
  }

  use(): CallUse {
    const windows = [...this.#classes.values()]
      .flatMap(({ most }) => [...most.values()].sort(byFullness)[0] ?? [])
      .sort(byFullness);
    return { since: this.#since, calls: this.#calls, waits: this.#waits, rests: this.#rests, windows };
  }

  #count(callClass: string, windows: readonly CallWindow[]): void {
    this.#calls += 1;
    const tally = this.#classes.get(callClass) ?? { times: [], most: new Map<number, WindowUse>() };
    this.#classes.set(callClass, tally);
    const now = this.#clock.now();
    tally.times.push(now);
    const widestMs = Math.max(0, ...windows.map(({ ms }) => ms));
    const first = tally.times.findIndex((time) => time > now - widestMs);
    if (first > 0) tally.times = tally.times.slice(first);
    for (const { limit, ms } of windows) {
      const inside =
        tally.times.length -
        Math.max(
          0,
          tally.times.findIndex((time) => time > now - ms),
        );
      const before = tally.most.get(ms);
      const most = Math.max(inside, before?.most ?? 0);
      // What others may not use is left to exits: theirs is the larger limit.
      tally.most.set(ms, { callClass, limit: Math.max(limit, before?.limit ?? 0), ms, most });
    }
  }
}

function byFullness(one: WindowUse, other: WindowUse): number {
  return other.most / other.limit - one.most / one.limit || other.most - one.most;
}
