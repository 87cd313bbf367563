/**
 * Trading hours from dated data: which session a segment has on a day, and which comes next.
 * Entry point: `createMarketCalendar`; the data are parsed by `src/config/load-market-calendar.ts`.
 *
 * Invariants: pure; the same object is returned for the same instrument class and day (answers are cached, since
 * `sessionOn` is called per tick); a row for a day beats the weekend and the regular hours. On a day outside the
 * data's coverage `isKnown` is false and regular hours hold on every day of the week, because a recorded bar file may
 * contain special sessions of which there is no row; `nextSession` looks ahead, so there it skips the weekend.
 */
import { InvariantError } from './errors.ts';
import type {
  DayRow,
  HoursRow,
  MarketCalendarData,
  SessionClass,
  SessionSegment,
  TimeOfDayMs,
} from './market-calendar-data.ts';
import { SEGMENT_OF_CLASS, SESSION_CLASSES } from './market-calendar-data.ts';
import type { MarketCalendar, MarketSession, SessionInstrument } from './market-session.ts';
import type { DayNumber } from './time.ts';
import { dayOf, formatDay, parseDay, startOfDay, weekdayOf } from './time.ts';

/** The longest run of closed days that `nextSession` looks past; no exchange holiday comes near it. */
const LOOK_AHEAD_DAYS = 60;

/** All that is known of one class of instruments, and what was answered last. */
interface ClassSchedule {
  readonly hours: readonly HoursRow[];
  readonly from: DayNumber;
  readonly to: DayNumber;
  readonly days: ReadonlyMap<DayNumber, DayRow['session']>;
  readonly sessions: Map<DayNumber, MarketSession | null>;
  lastDay: DayNumber;
  lastSession: MarketSession | null;
}

export function createMarketCalendar(data: MarketCalendarData): MarketCalendar {
  const schedules = new Map<SessionClass, ClassSchedule>();
  for (const name of SESSION_CLASSES) schedules.set(name, scheduleOf(data, name));
  const share = scheduleNamed(schedules, 'share');
  const shareWithDerivatives = scheduleNamed(schedules, 'share-with-derivatives');
  const index = scheduleNamed(schedules, 'index');
  const derivative = scheduleNamed(schedules, 'derivative');
  const currency = scheduleNamed(schedules, 'currency');
  const commodity = scheduleNamed(schedules, 'commodity');
  const commodityBySymbol = new Map<string, ClassSchedule>();
  for (const row of data.commodityClasses) {
    for (const symbol of row.symbols) commodityBySymbol.set(symbol, scheduleNamed(schedules, row.class));
  }

  function scheduleFor(instrument: SessionInstrument): ClassSchedule {
    switch (instrument.exchange) {
      case 'NSE':
      case 'BSE':
        if (instrument.kind === 'EQUITY') return instrument.hasDerivatives ? shareWithDerivatives : share;
        return instrument.kind === 'INDEX' ? index : derivative;
      case 'NFO':
      case 'BFO':
        return derivative;
      case 'CDS':
        return currency;
      case 'MCX':
        return (instrument.symbol === undefined ? undefined : commodityBySymbol.get(instrument.symbol)) ?? commodity;
    }
  }

  return {
    sessionOn: (instrument, day) => sessionOn(scheduleFor(instrument), day),
    nextSession(instrument, time) {
      const schedule = scheduleFor(instrument);
      const first = dayOf(time);
      for (let day = first; day <= first + LOOK_AHEAD_DAYS; day++) {
        const session = sessionOn(schedule, day);
        if (session === null || session.close <= time) continue;
        if (session.isKnown || !isWeekend(day)) return session;
      }
      return null;
    },
  };
}

function sessionOn(schedule: ClassSchedule, day: DayNumber): MarketSession | null {
  if (day === schedule.lastDay) return schedule.lastSession;
  let session = schedule.sessions.get(day);
  if (session === undefined) {
    session = computeSession(schedule, day);
    schedule.sessions.set(day, session);
  }
  schedule.lastDay = day;
  schedule.lastSession = session;
  return session;
}

function computeSession(schedule: ClassSchedule, day: DayNumber): MarketSession | null {
  const exception = schedule.days.get(day);
  const isKnown = exception !== undefined || (day >= schedule.from && day <= schedule.to);
  if (exception === null) return null;
  if (exception === undefined && isKnown && isWeekend(day)) return null;

  const hours = hoursOn(schedule.hours, day);
  const midnight = startOfDay(day);
  const open = exception?.open ?? hours.open;
  const close = exception?.close ?? regularClose(hours, day);
  if (close <= open) return null; // an evening session of goods that stop trading before it
  const hasOwnHours = exception !== undefined && (exception.open !== null || exception.close !== null);
  const auction = hasOwnHours ? null : hours.auction;
  return {
    day,
    open: midnight + open,
    close: midnight + close,
    auction: auction === null ? null : { open: midnight + auction.open, close: midnight + auction.close },
    kind: exception?.kind ?? 'regular',
    isKnown,
  };
}

function regularClose(hours: HoursRow, day: DayNumber): TimeOfDayMs {
  return hours.closeOnUsStandardTime === null || isUsDaylightTime(day) ? hours.close : hours.closeOnUsStandardTime;
}

/**
 * The exchange follows the United States' clock: daylight time from the second Sunday of March to the first Sunday
 * of November. No session runs over the change itself, so the hours switch with the Monday after it.
 */
function isUsDaylightTime(day: DayNumber): boolean {
  const year = formatDay(day).slice(0, 4);
  return day > sundayFrom(`${year}-03-08`) && day <= sundayFrom(`${year}-11-01`);
}

function sundayFrom(date: string): DayNumber {
  const day = parseDay(date);
  if (day === undefined) throw new InvariantError(`Expected a date, found "${date}"`);
  return day + ((7 - weekdayOf(day)) % 7);
}

function isWeekend(day: DayNumber): boolean {
  const weekday = weekdayOf(day);
  return weekday === 0 || weekday === 6;
}

/** The row in force; before the first row's date the first row. */
function hoursOn(rows: readonly HoursRow[], day: DayNumber): HoursRow {
  const row = rows.findLast((candidate) => candidate.from <= day) ?? rows[0];
  if (row === undefined) throw new InvariantError('Expected trading hours for every class of instruments, found none');
  return row;
}

function scheduleOf(data: MarketCalendarData, name: SessionClass): ClassSchedule {
  const segment: SessionSegment = SEGMENT_OF_CLASS[name];
  const coverage = data.coverage.find((row) => row.segment === segment);
  const days = new Map<DayNumber, DayRow['session']>();
  for (const row of data.days) if (row.segments.includes(segment)) days.set(row.date, row.session);
  return {
    hours: data.hours.filter((row) => row.classes.includes(name)).sort((a, b) => a.from - b.from),
    from: coverage?.from ?? Number.POSITIVE_INFINITY,
    to: coverage?.to ?? Number.NEGATIVE_INFINITY,
    days,
    sessions: new Map(),
    lastDay: Number.NaN,
    lastSession: null,
  };
}

function scheduleNamed(schedules: ReadonlyMap<SessionClass, ClassSchedule>, name: SessionClass): ClassSchedule {
  const schedule = schedules.get(name);
  if (schedule === undefined) throw new InvariantError(`Expected a class of instruments, found "${name}"`);
  return schedule;
}
