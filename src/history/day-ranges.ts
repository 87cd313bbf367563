import { type DayNumber, formatDay, parseDay } from '../core/time.ts';

/** Days from the first to the last, both included. */
export interface DayRange {
  readonly first: DayNumber;
  readonly last: DayNumber;
}

/** Neighbouring and overlapping ranges become one; oldest first. */
export function joinRanges(ranges: readonly DayRange[]): readonly DayRange[] {
  const joined: DayRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || range.first > before.last + 1) joined.push(range);
    else joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return joined;
}

export function isDayIn(ranges: readonly DayRange[], day: DayNumber): boolean {
  return ranges.some(({ first, last }) => day >= first && day <= last);
}

/** `[["2026-01-01", "2026-01-31"], …]`, as it is kept beside the candles. */
export function writeRanges(ranges: readonly DayRange[]): readonly (readonly [string, string])[] {
  return ranges.map(({ first, last }) => [formatDay(first), formatDay(last)] as const);
}

/** Undefined when it is no list of ranges: then nothing is known to have been fetched. */
export function readRanges(value: unknown): readonly DayRange[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ranges: DayRange[] = [];
  for (const entry of value) {
    if (!Array.isArray(entry) || entry.length !== 2) return undefined;
    const [first, last] = entry.map((text) => (typeof text === 'string' ? parseDay(text) : undefined));
    if (first === undefined || last === undefined || last < first) return undefined;
    ranges.push({ first, last });
  }
  return joinRanges(ranges);
}
