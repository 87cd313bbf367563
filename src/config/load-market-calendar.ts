/**
 * Trading hours, holidays and special sessions from `data/market-calendar.json`, or from a refreshed copy of it.
 * A copy must be whole: every segment's coverage and every class's hours, and one row at most for a segment and day.
 */
import { z } from 'zod';
import { createMarketCalendar } from '../core/market-calendar.ts';
import type { DayRow, MarketCalendarData } from '../core/market-calendar-data.ts';
import { SESSION_CLASSES, SESSION_SEGMENTS } from '../core/market-calendar-data.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { formatDay } from '../core/time.ts';
import { daySchema, loadDataFile, sourcedShape, timeOfDaySchema } from './load-data-file.ts';

const windowSchema = z.strictObject({ open: timeOfDaySchema, close: timeOfDaySchema });
const segmentsSchema = z.array(z.enum(SESSION_SEGMENTS)).min(1);

const calendarSchema = z
  .strictObject({
    about: z.string(),
    coverage: z.array(
      z.strictObject({ segment: z.enum(SESSION_SEGMENTS), from: daySchema, to: daySchema, ...sourcedShape }),
    ),
    hours: z.array(
      z.strictObject({
        classes: z.array(z.enum(SESSION_CLASSES)).min(1),
        from: daySchema,
        open: timeOfDaySchema,
        close: timeOfDaySchema,
        closeOnUsStandardTime: timeOfDaySchema.nullable(),
        auction: windowSchema.nullable(),
        ...sourcedShape,
      }),
    ),
    commodityClasses: z.array(
      z.strictObject({
        class: z.enum(['commodity-international-agri', 'commodity-agri']),
        symbols: z.array(z.string().min(1)).min(1),
        ...sourcedShape,
      }),
    ),
    days: z.array(
      z.strictObject({
        date: daySchema,
        segments: segmentsSchema,
        name: z.string().min(1),
        session: z
          .strictObject({
            kind: z.enum(['special', 'muhurat', 'evening']),
            open: timeOfDaySchema.nullable(),
            close: timeOfDaySchema.nullable(),
          })
          .nullable(),
        ...sourcedShape,
      }),
    ),
  })
  .superRefine((data, context) => {
    for (const problem of problemsOf(data)) context.addIssue({ code: 'custom', ...problem });
  });

interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

export function loadMarketCalendar(path?: string): MarketCalendar {
  return createMarketCalendar(loadMarketCalendarData(path));
}

/** The rows themselves, for those who print or compare them. */
export function loadMarketCalendarData(path?: string): MarketCalendarData {
  return loadDataFile<MarketCalendarData>({
    what: 'market calendar',
    schema: calendarSchema,
    shipped: new URL('./data/market-calendar.json', import.meta.url),
    path,
  });
}

function problemsOf(data: MarketCalendarData): Problem[] {
  return [...coverageProblems(data), ...hoursProblems(data), ...dayProblems(data.days)];
}

function coverageProblems(data: MarketCalendarData): Problem[] {
  const problems: Problem[] = [];
  for (const segment of SESSION_SEGMENTS) {
    const count = data.coverage.filter((row) => row.segment === segment).length;
    if (count !== 1) problems.push({ path: ['coverage'], message: `one row for "${segment}" (there are ${count})` });
  }
  data.coverage.forEach((row, index) => {
    if (row.from <= row.to) return;
    problems.push({ path: ['coverage', index, 'to'], message: `a day not before ${formatDay(row.from)}` });
  });
  return problems;
}

function hoursProblems(data: MarketCalendarData): Problem[] {
  const problems: Problem[] = [];
  for (const name of SESSION_CLASSES) {
    const days = data.hours.filter((row) => row.classes.includes(name)).map((row) => row.from);
    if (days.length === 0) problems.push({ path: ['hours'], message: `a row for "${name}" (there is none)` });
    const twice = days.find((day, index) => days.indexOf(day) !== index);
    if (twice === undefined) continue;
    problems.push({ path: ['hours'], message: `one row for "${name}" from ${formatDay(twice)} (there are more)` });
  }
  data.hours.forEach((row, index) => {
    const path = ['hours', index];
    if (row.open >= row.close) problems.push({ path: [...path, 'close'], message: 'a time after the open' });
    if (row.closeOnUsStandardTime !== null && row.open >= row.closeOnUsStandardTime) {
      problems.push({ path: [...path, 'closeOnUsStandardTime'], message: 'a time after the open' });
    }
    if (row.auction !== null && (row.auction.open < row.close || row.auction.open >= row.auction.close)) {
      problems.push({ path: [...path, 'auction'], message: 'a window that follows the close' });
    }
  });
  return problems;
}

function dayProblems(days: readonly DayRow[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  days.forEach((row, index) => {
    for (const segment of row.segments) {
      const key = `${segment} on ${formatDay(row.date)}`;
      if (seen.has(key)) problems.push({ path: ['days', index], message: `one row for ${key} (there are more)` });
      seen.add(key);
    }
    const { open, close } = row.session ?? { open: null, close: null };
    if (open !== null && close !== null && open >= close) {
      problems.push({ path: ['days', index, 'session', 'close'], message: 'a time after the open' });
    }
  });
  return problems;
}
