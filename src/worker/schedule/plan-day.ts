/**
 * What the worker does at which time of a trading day, whatever its segments' hours are that day. Entry point: `planDay`.
 * Pure: the calendar says when markets open and close; a day without a session of the instruments has no jobs.
 */
import type { Instrument } from '../../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../../core/market-session.ts';
import {
  DAY_MS,
  type DayNumber,
  type EpochMs,
  formatDay,
  HOUR_MS,
  MINUTE_MS,
  startOfDay,
  weekdayOf,
} from '../../core/time.ts';

export const JOB_KINDS = ['new-day', 'checklist', 'square-off', 'report'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface ScheduledJob {
  readonly day: DayNumber;
  readonly kind: JobKind;
  /** Unique on its day: `square-off NSE 15:30`. */
  readonly name: string;
  readonly dueTime: EpochMs;
  /** Later than that there is no use in it. */
  readonly usefulUntil: EpochMs;
  /** What it is about. */
  readonly instruments: readonly Instrument[];
}

export interface PlanOptions {
  readonly calendar: MarketCalendar;
  readonly instruments: readonly Instrument[];
  /** Those that are traded intraday. */
  readonly intraday: readonly Instrument[];
  readonly squareOffBeforeCloseMs: number;
  /** A recorded day: it begins when the worker does, and nobody is there to read a checklist. */
  readonly isPlayed: boolean;
}

const NEW_DAY_BEFORE_OPEN_MS = 45 * MINUTE_MS;
const CHECKLIST_BEFORE_OPEN_MS = 20 * MINUTE_MS;
/** With less than that to trade the checklist helps nobody. */
const CHECKLIST_BEFORE_CLOSE_MS = 30 * MINUTE_MS;
/** Before the broker closes intraday positions: time enough to do it by hand. */
const CHECK_BEFORE_BROKER_MS = 5 * MINUTE_MS;
/** After our own square-off: its orders are filled by then. */
const SQUARE_OFF_SETTLE_MS = 3 * MINUTE_MS;
const REPORT_AFTER_CLOSE_MS = 15 * MINUTE_MS;
/** The report of a Friday is still wanted on the Monday, or on the Tuesday after a long weekend. */
const REPORT_USEFUL_MS = 4 * DAY_MS;

export function planDay(day: DayNumber, options: PlanOptions): readonly ScheduledJob[] {
  const { calendar, instruments, isPlayed } = options;
  const sessions = instruments.flatMap((each) => sessionOf(calendar, each, day) ?? []);
  if (sessions.length === 0) return [];
  const open = Math.min(...sessions.map((each) => each.open));
  const close = Math.max(...sessions.map((each) => each.close));
  const end = Math.max(close, ...sessions.map(({ auction }) => auction?.close ?? close));
  const job = (kind: JobKind, dueTime: EpochMs, usefulUntil: EpochMs): ScheduledJob => {
    return { day, kind, name: kind, dueTime, usefulUntil, instruments };
  };
  const checklistUntil = Math.max(open, close - CHECKLIST_BEFORE_CLOSE_MS);
  const morning = [
    job('new-day', Math.max(startOfDay(day), open - NEW_DAY_BEFORE_OPEN_MS), close),
    job('checklist', Math.max(startOfDay(day), open - CHECKLIST_BEFORE_OPEN_MS), checklistUntil),
  ];
  const reportTime = Math.min(end + REPORT_AFTER_CLOSE_MS, startOfDay(day + 1) - MINUTE_MS);
  return [
    ...(isPlayed ? [] : morning),
    ...squareOffChecks(day, options),
    job('report', reportTime, reportTime + REPORT_USEFUL_MS),
  ];
}

/** `2026-11-17 report`: what a run is known by. */
export function runKey({ day, name }: Pick<ScheduledJob, 'day' | 'name'>): string {
  return `${formatDay(day)} ${name}`;
}

function squareOffChecks(day: DayNumber, options: PlanOptions): readonly ScheduledJob[] {
  const { calendar, intraday, squareOffBeforeCloseMs } = options;
  const groups = new Map<string, { readonly session: MarketSession; readonly instruments: Instrument[] }>();
  for (const instrument of intraday) {
    const session = sessionOf(calendar, instrument, day);
    if (session === null) continue;
    const minutes = Math.round((session.close - startOfDay(day)) / MINUTE_MS);
    const clock = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const name = `square-off ${instrument.exchange} ${clock}`;
    const group = groups.get(name) ?? { session, instruments: [] };
    group.instruments.push(instrument);
    groups.set(name, group);
  }
  return [...groups].flatMap(([name, { session, instruments }]) => {
    const [first] = instruments;
    if (first === undefined) return [];
    const own = session.close - squareOffBeforeCloseMs + SQUARE_OFF_SETTLE_MS;
    const dueTime = Math.max(own, brokerSquareOffTime(first, session) - CHECK_BEFORE_BROKER_MS);
    // Our own square-off is at the close, or after what is left of the day: there is nothing to be checked before it.
    if (dueTime >= session.close) return [];
    return [{ day, kind: 'square-off', name, dueTime, usefulUntil: session.close, instruments }];
  });
}

/**
 * When the broker itself begins to close intraday positions, taking the earliest time that is told: shares 15:15, futures
 * and options 15:20, currency 16:45, commodities 25 minutes before their close. Of special sessions nothing is told: a
 * quarter of an hour before the close.
 */
export function brokerSquareOffTime({ exchange }: Pick<Instrument, 'exchange'>, session: MarketSession): EpochMs {
  const midnight = startOfDay(session.day);
  const at = (hours: number, minutes: number): EpochMs => midnight + hours * HOUR_MS + minutes * MINUTE_MS;
  if (session.kind !== 'regular') return session.close - 15 * MINUTE_MS;
  switch (exchange) {
    case 'NSE':
    case 'BSE':
      return Math.min(at(15, 15), session.close);
    case 'NFO':
    case 'BFO':
      return Math.min(at(15, 20), session.close);
    case 'CDS':
      return Math.min(at(16, 45), session.close);
    case 'MCX':
      return session.close - 25 * MINUTE_MS;
  }
}

/** Where the calendar knows nothing it assumes regular hours, also on a weekend: there nobody trades. */
function sessionOf(calendar: MarketCalendar, instrument: Instrument, day: DayNumber): MarketSession | null {
  const session = calendar.sessionOn(instrument, day);
  if (session === null || session.isKnown) return session;
  return weekdayOf(day) === 0 || weekdayOf(day) === 6 ? null : session;
}
