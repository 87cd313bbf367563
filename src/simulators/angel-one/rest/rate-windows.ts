/**
 * Rolling windows of one second, one minute and one hour per client code and class of calls, and what they saw at most.
 *
 * Invariants: a call counts while less than the window's length has passed since it; a refused call takes no room, but
 * the highest count ever seen is of all calls that arrived, refused ones included.
 */
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time.ts';
import { RATE_CLASSES, type RateClass, type RateLimits } from './endpoints.ts';

const SPANS = [
  { name: 'second', ms: SECOND_MS },
  { name: 'minute', ms: MINUTE_MS },
  { name: 'hour', ms: HOUR_MS },
] as const;
type SpanName = (typeof SPANS)[number]['name'];

export interface WindowTally {
  readonly limit: number | null;
  /** The most calls that arrived within one window. */
  readonly highest: number;
  /** How many calls arrived when the window was full. */
  readonly exceeded: number;
}
export type BudgetTally = Readonly<Record<string, Readonly<Record<SpanName, WindowTally>>>>;

/** Times in order, those that have left the window dropped from the front. */
class RollingCount {
  readonly #times: EpochMs[] = [];
  #first = 0;

  countAt(time: EpochMs, spanMs: number): number {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= time - spanMs) this.#first += 1;
    if (this.#first > 1_024 && this.#first * 2 > this.#times.length) {
      this.#times.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }

  add(time: EpochMs): void {
    this.#times.push(time);
  }
}

interface Span {
  readonly name: SpanName;
  readonly ms: number;
  readonly limit: number | null;
  readonly arrived: RollingCount;
  readonly taken: RollingCount;
  highest: number;
  exceeded: number;
}

export class RateWindows {
  readonly #spans = new Map<string, readonly Span[]>();

  /** Counts the call; false when it is one too many. */
  take(clientCode: string, rateClass: RateClass, time: EpochMs, isEnforced: boolean): boolean {
    const spans = this.#of(clientCode, rateClass);
    let hasRoom = true;
    for (const span of spans) {
      span.arrived.add(time);
      span.highest = Math.max(span.highest, span.arrived.countAt(time, span.ms));
      if (span.limit === null || span.taken.countAt(time, span.ms) < span.limit) continue;
      span.exceeded += 1;
      hasRoom = false;
    }
    if (hasRoom || !isEnforced) for (const { taken } of spans) taken.add(time);
    return hasRoom || !isEnforced;
  }

  tallyOf(clientCode: string): BudgetTally {
    const tallies: Record<string, Record<SpanName, WindowTally>> = {};
    for (const rateClass of Object.keys(RATE_CLASSES) as RateClass[]) {
      const spans = this.#spans.get(`${clientCode} ${rateClass}`);
      if (spans === undefined) continue;
      const [second, minute, hour] = spans.map(({ limit, highest, exceeded }) => ({ limit, highest, exceeded }));
      if (second && minute && hour) tallies[rateClass] = { second, minute, hour };
    }
    return tallies;
  }

  #of(clientCode: string, rateClass: RateClass): readonly Span[] {
    const key = `${clientCode} ${rateClass}`;
    const known = this.#spans.get(key);
    if (known !== undefined) return known;
    const limits: RateLimits = RATE_CLASSES[rateClass];
    const spans = SPANS.map(({ name, ms }) => ({
      name,
      ms,
      limit: limits[name],
      arrived: new RollingCount(),
      taken: new RollingCount(),
      highest: 0,
      exceeded: 0,
    }));
    this.#spans.set(key, spans);
    return spans;
  }
}
