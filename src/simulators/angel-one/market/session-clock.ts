import type { EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Sleepers } from './sleepers.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const AS_FAST_AS_POSSIBLE = Number.POSITIVE_INFINITY;

/**
 * The clock of a recorded session. It stands until `run`, then shows recorded time, `speed` times as fast as real time.
 * Invariants: it never falls and never passes a print that is still to be made, so a market that is held up holds its
 * clock. At infinite speed it shows the time of the last print.
 */
export class SessionClock implements Clock {
  readonly #sleepers = new Sleepers();
  #speed: number;
  /** Recorded time `#from` was at real time `#realFrom`. */
  #from: EpochMs;
  #realFrom = 0;
  #shown: EpochMs;
  #nextPrint: EpochMs = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(start: EpochMs, speed: number) {
    this.#from = start;
    this.#shown = start;
    this.#speed = speed;
  }

  now(): EpochMs {
    if (this.#isRunning && this.#speed !== AS_FAST_AS_POSSIBLE) {
      this.#show(Math.min(Math.floor(this.due()), this.#nextPrint));
    }
    return this.#shown;
  }

  sleepUntil(time: EpochMs, signal?: AbortSignal): Promise<void> {
    if (time <= this.now() || signal?.aborted) return Promise.resolve();
    const slept = this.#sleepers.add(time, signal);
    this.#arm();
    return slept;
  }

  /** Recorded time that has come by now, whatever is still to be printed. */
  due(): EpochMs {
    if (!this.#isRunning) return this.#from;
    if (this.#speed === AS_FAST_AS_POSSIBLE) return this.#nextPrint;
    return this.#from + (performance.now() - this.#realFrom) * this.#speed;
  }

  run(firstPrint: EpochMs): void {
    this.#isRunning = true;
    this.#nextPrint = firstPrint;
    this.#realFrom = performance.now();
    this.#arm();
  }

  /** A print is in hand; `next` is the time of the one after it. */
  reach(time: EpochMs, next: EpochMs): void {
    this.#show(time);
    this.#nextPrint = next;
  }

  /** The market was held up: time goes on from where it stood instead of catching up. */
  resume(): void {
    this.#from = this.#shown;
    this.#realFrom = performance.now();
    this.#arm();
  }

  /** No print is left: from here the clock runs by itself, in real time if the session was played as fast as possible. */
  runOn(): void {
    this.#nextPrint = Number.POSITIVE_INFINITY;
    if (this.#speed === AS_FAST_AS_POSSIBLE) this.#speed = 1;
    this.resume();
  }

  /** Wakes whose time has come. */
  wake(): void {
    this.#sleepers.wake(this.now());
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isRunning = false;
    this.#from = this.#shown;
  }

  #show(time: EpochMs): void {
    if (time > this.#shown) this.#shown = time;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isRunning || this.#speed === AS_FAST_AS_POSSIBLE) return;
    const earliest = this.#sleepers.earliest;
    if (earliest === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(1, Math.ceil((earliest - this.now()) / this.#speed));
    this.#timer = setTimeout(() => this.wake(), Math.min(waitMs, LONGEST_TIMER_MS));
  }
}
