/**
 * One account's budget of calls: a call goes out when it is inside every rolling window of its class, in the order of
 * priority, and first come first served within one.
 *
 * Entry point: `RateBudget`. Invariants:
 * - a call that arrives at the broker up to `jitterMs` after it was counted is inside the broker's windows, because ours
 *   are wider by that much: calls that overtake each other on the way included;
 * - of its own calls this process knows more: until one is answered it may still be on its way (`OwnCalls`);
 * - of every window `exitReserve` calls are left to exits: whatever else waits, an exit finds them free;
 * - who aborts has counted nothing, or what was counted is taken back; no aborted caller holds up another;
 * - when the call log itself fails, everyone who waits for the class is told so (`UnavailableError`): nothing was sent.
 */
import { InvariantError, UnavailableError } from '../../core/errors.ts';
import type { EpochMs } from '../../core/time.ts';
import { CALL_PRIORITIES, type CallBudget, type CallPriority } from '../../ports/call-budget.ts';
import type { CallLog, CallWindow } from '../../ports/call-log.ts';
import type { Clock } from '../../ports/clock.ts';
import { OwnCalls } from './own-calls.ts';

/** A window of the broker's, and how many of its calls only exits may use. */
export interface BudgetWindow extends CallWindow {
  readonly exitReserve: number;
}

export interface RateBudgetOptions<C extends string> {
  readonly clock: Clock;
  readonly log: CallLog;
  readonly windowsOf: (callClass: C) => readonly BudgetWindow[];
  /** The longest that a call of the class may be on its way to the broker. */
  readonly jitterMsOf?: (callClass: C) => number;
  /** Told when a rest or a withdrawal could not be written; callers are told of the rest themselves. */
  readonly onError: (error: unknown) => void;
}

/** The longest that a call is on its way to the broker, if nothing else is said. */
export const JITTER_MS = 100;

interface Waiter {
  readonly rank: number;
  readonly grant: (onAnswer: () => void) => void;
  readonly fail: (error: unknown) => void;
  /** It has been answered, one way or the other. */
  isDone: boolean;
}

interface LaneWindows {
  readonly broker: readonly CallWindow[];
  /** By the jitter. */
  readonly wider: readonly CallWindow[];
}

/** Those who wait for calls of one class. */
interface Lane {
  readonly windows: Readonly<Record<'exit' | 'other', LaneWindows>>;
  /** In the order in which they go. */
  readonly waiters: Waiter[];
  readonly own: OwnCalls;
  restUntil: EpochMs;
  isServed: boolean;
  /** Ends the wait for room, because who waits or for what has changed. */
  interrupt: AbortController | null;
}

export class RateBudget<C extends string> implements CallBudget<C> {
  readonly #clock: Clock;
  readonly #log: CallLog;
  readonly #onError: (error: unknown) => void;
  readonly #windowsOf: RateBudgetOptions<C>['windowsOf'];
  readonly #jitterMsOf: (callClass: C) => number;
  readonly #lanes = new Map<C, Lane>();
  #isClosed = false;

  constructor({ clock, log, windowsOf, jitterMsOf = () => JITTER_MS, onError }: RateBudgetOptions<C>) {
    this.#clock = clock;
    this.#log = log;
    this.#onError = onError;
    this.#windowsOf = windowsOf;
    this.#jitterMsOf = jitterMsOf;
  }

  take(callClass: C, priority: CallPriority, signal?: AbortSignal): Promise<() => void> {
    const lane = this.#laneOf(callClass);
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        rank: CALL_PRIORITIES.indexOf(priority),
        isDone: false,
        grant: (onAnswer) => settle(() => resolve(onAnswer)),
        fail: (error) => settle(() => reject(error)),
      };
      const settle = (answer: () => void): void => {
        if (waiter.isDone) return;
        waiter.isDone = true;
        signal?.removeEventListener('abort', onAbort);
        answer();
      };
      const onAbort = (): void => {
        const isFirst = lane.waiters[0] === waiter;
        leave(lane, waiter);
        waiter.fail(signal?.reason);
        if (isFirst) lane.interrupt?.abort();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (join(lane, waiter) === 0) lane.interrupt?.abort();
      if (!lane.isServed) void this.#serve(callClass, lane);
    });
  }

  rest(callClass: C, forMs: number): void {
    const lane = this.#laneOf(callClass);
    lane.restUntil = Math.max(lane.restUntil, this.#clock.now() + forMs);
    lane.interrupt?.abort();
    this.#log.rest(callClass, forMs).catch(this.#onError);
  }

  /** Whoever waits is told that nothing was sent: the clock of a market that is played may stand by now. */
  close(): void {
    this.#isClosed = true;
    for (const lane of this.#lanes.values()) {
      for (const waiter of lane.waiters.splice(0)) waiter.fail(closed());
      lane.interrupt?.abort();
    }
  }

  #laneOf(callClass: C): Lane {
    let lane = this.#lanes.get(callClass);
    if (lane === undefined) {
      lane = newLane(callClass, this.#windowsOf(callClass), this.#jitterMsOf(callClass));
      this.#lanes.set(callClass, lane);
    }
    return lane;
  }

  /** Runs while someone waits; one at a time per class, so that nobody is overtaken. */
  async #serve(callClass: C, lane: Lane): Promise<void> {
    lane.isServed = true;
    for (let first = lane.waiters[0]; first !== undefined; first = lane.waiters[0]) {
      const restMs = lane.restUntil - this.#clock.now();
      const waitMs = restMs > 0 ? restMs : await this.#ask(callClass, lane, first);
      // Whoever came or went while the log was asked may be able to go at once.
      if (waitMs > 0 && lane.waiters[0] === first) await this.#sleep(lane, waitMs);
    }
    lane.isServed = false;
  }

  /** Lets the first one go if it may; how long to wait otherwise. */
  async #ask(callClass: C, lane: Lane, first: Waiter): Promise<number> {
    const windows = first.rank === 0 ? lane.windows.exit : lane.windows.other;
    const fullMs = lane.own.fullMs(windows.broker, this.#clock.now());
    if (fullMs > 0) return fullMs;
    try {
      const verdict = await this.#log.record(callClass, windows.wider);
      if (!verdict.isCounted) return Math.max(1, verdict.waitMs);
      if (first.isDone) {
        // It aborted while it was being counted.
        await this.#log.withdraw(callClass, verdict.callId).catch(this.#onError);
        return 0;
      }
      leave(lane, first);
      const call = lane.own.letGo(this.#clock.now());
      first.grant(() => lane.own.arrived(call, this.#clock.now()));
    } catch (cause) {
      const error = new UnavailableError(
        `The log of calls does not answer, so "${callClass}" was not called: check the database.`,
        { cause },
      );
      for (const waiter of lane.waiters.splice(0)) waiter.fail(error);
    }
    return 0;
  }

  async #sleep(lane: Lane, ms: number): Promise<void> {
    lane.interrupt = new AbortController();
    try {
      await this.#clock.sleepUntil(this.#clock.now() + ms, lane.interrupt.signal);
    } finally {
      lane.interrupt = null;
    }
  }
}

function closed(): UnavailableError {
  return new UnavailableError('The connection to the broker is being closed');
}

function newLane(name: string, windows: readonly BudgetWindow[], jitterMs: number): Lane {
  for (const { limit, exitReserve } of windows) {
    if (exitReserve >= 0 && limit - exitReserve >= 1) continue;
    throw new InvariantError(
      `Expected "${name}" to leave a call to others than exits, found ${exitReserve} of ${limit}`,
    );
  }
  const others = windows.map(({ limit, ms, exitReserve }) => ({ limit: limit - exitReserve, ms }));
  const wider = (each: readonly CallWindow[]) => each.map(({ limit, ms }) => ({ limit, ms: ms + jitterMs }));
  return {
    windows: { exit: { broker: windows, wider: wider(windows) }, other: { broker: others, wider: wider(others) } },
    waiters: [],
    own: new OwnCalls(windows),
    restUntil: 0,
    isServed: false,
    interrupt: null,
  };
}

/** Its place in the queue: behind all of its rank. */
function join({ waiters }: Lane, waiter: Waiter): number {
  const behind = waiters.findIndex(({ rank }) => rank > waiter.rank);
  const place = behind < 0 ? waiters.length : behind;
  waiters.splice(place, 0, waiter);
  return place;
}

function leave({ waiters }: Lane, waiter: Waiter): void {
  const place = waiters.indexOf(waiter);
  if (place >= 0) waiters.splice(place, 1);
}
