/**
 * Time is epoch milliseconds UTC as `number`. India Standard Time is UTC+05:30 with no daylight saving,
 * so a trading day is plain arithmetic; no time-zone library is needed.
 */
export type EpochMs = number;
/** Days since 1970-01-01 in IST. */
export type DayNumber = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
const IST_OFFSET_MS = 19_800_000;

export function dayOf(time: EpochMs): DayNumber {
  return Math.floor((time + IST_OFFSET_MS) / DAY_MS);
}

/** Midnight IST at which the day starts. */
export function startOfDay(day: DayNumber): EpochMs {
  return day * DAY_MS - IST_OFFSET_MS;
}

/** The last millisecond of the day in IST. */
export function endOfDay(time: EpochMs): EpochMs {
  return startOfDay(dayOf(time) + 1) - 1;
}

/** 0 is Sunday, 6 is Saturday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** `YYYY-MM-DD`; undefined when the text is no such calendar date. */
export function parseDay(text: string): DayNumber | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || formatDay(time / DAY_MS) !== text) return undefined;
  return time / DAY_MS;
}

/** `YYYY-MM-DD`. */
export function formatDay(day: DayNumber): string {
  const { year, month, date } = civilDate(day);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}`;
}

/** `YYYY-MM-DDTHH:MM:SS+05:30`, with `.mmm` only when the time has milliseconds. */
export function formatIst(time: EpochMs): string {
  const day = dayOf(time);
  const ms = time - startOfDay(day);
  const fraction = ms % SECOND_MS === 0 ? '' : `.${String(ms % SECOND_MS).padStart(3, '0')}`;
  return `${formatDay(day)}T${formatClock(time)}${fraction}+05:30`;
}

/** `HH:MM:SS` in IST. */
export function formatClock(time: EpochMs): string {
  const ms = time - startOfDay(dayOf(time));
  return `${two(Math.floor(ms / HOUR_MS))}:${two(Math.floor(ms / MINUTE_MS) % 60)}:${two(Math.floor(ms / SECOND_MS) % 60)}`;
}

/** `HH:MM` or `HH:MM:SS` to milliseconds after midnight; undefined when it is no time of day. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
}

/** Proleptic Gregorian date of a day number, by days-from-civil arithmetic. */
function civilDate(day: DayNumber): { year: number; month: number; date: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
