import { type DayNumber, parseDay } from '../../../core/time.ts';
import type { Days } from '../../../ports/backtest-desk.ts';

/** Ten years and the leap days in them. */
const MOST_DAYS = 3_653;

export const PERIODS = 'days such as 30d, 2026-10, 2026-10-05 or 2026-01-01..2026-03-31';

/** The days up to today, of a month, a single one, or from one to another; undefined when it is no such thing. */
export function readPeriod(text: string, today: DayNumber): Days | undefined {
  const days = daysOf(text, today);
  return days !== undefined && days.first <= days.last && days.last - days.first < MOST_DAYS ? days : undefined;
}

function daysOf(text: string, today: DayNumber): Days | undefined {
  const [, count] = /^([1-9]\d{0,3})d$/i.exec(text) ?? [];
  if (count !== undefined) return { first: today - Number(count) + 1, last: today };
  const [, month] = /^(\d{4}-\d{2})$/.exec(text) ?? [];
  if (month !== undefined) return monthOf(month);
  const [from = '', to = from, ...others] = text.split('..');
  const [first, last] = [parseDay(from), parseDay(to)];
  return first === undefined || last === undefined || others.length > 0 ? undefined : { first, last };
}

function monthOf(month: string): Days | undefined {
  const first = parseDay(`${month}-01`);
  const last = [31, 30, 29, 28].map((date) => parseDay(`${month}-${date}`)).find((day) => day !== undefined);
  return first === undefined || last === undefined ? undefined : { first, last };
}
