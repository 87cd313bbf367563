import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMarketCalendar } from '../../../../src/config/load-market-calendar.ts';
import type { Instrument } from '../../../../src/core/instrument.ts';
import { dayOf, formatClock, formatDay, MINUTE_MS } from '../../../../src/core/time.ts';
import { dueJobs } from '../../../../src/worker/schedule/due-jobs.ts';
import { type PlanOptions, planDay, runKey } from '../../../../src/worker/schedule/plan-day.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';

const INFY = testInstrument('NSE:INFY');
const RELIANCE = testInstrument('NSE:RELIANCE', { hasDerivatives: true });
const FUTURE = testInstrument('NFO:NIFTY:2026-11-24:FUT', { exchange: 'NFO', kind: 'FUTURE', expiry: '2026-11-24' });
const GOLD = testInstrument('MCX:GOLD:2026-12-04:FUT', { exchange: 'MCX', symbol: 'GOLD', kind: 'FUTURE' });

function optionsOf(instruments: readonly Instrument[], changes: Partial<PlanOptions> = {}): PlanOptions {
  return {
    ...{ calendar: fixedCalendar, instruments, intraday: instruments, squareOffBeforeCloseMs: 30 * MINUTE_MS },
    ...{ isPlayed: false, ...changes },
  };
}

function timesOf(day: string, options: PlanOptions): readonly string[] {
  return planDay(dayNumber(day), options).map(({ name, dueTime }) => `${formatClock(dueTime).slice(0, 5)} ${name}`);
}

describe('the plan of a day', () => {
  it('follows the hours of the segments', () => {
    expect(timesOf('2026-11-17', optionsOf([INFY]))).toEqual([
      ...['08:30 new-day', '08:55 checklist', '15:10 square-off NSE 15:30', '15:45 report'],
    ]);
    expect(timesOf('2026-11-17', optionsOf([RELIANCE, FUTURE, GOLD]))).toEqual([
      ...['08:15 new-day', '08:40 checklist', '15:10 square-off NSE 15:15', '15:15 square-off NFO 15:40'],
      ...['23:03 square-off MCX 23:30', '23:45 report'],
    ]);
    // The closing auction is part of the day.
    expect(timesOf('2026-11-17', optionsOf([RELIANCE])).at(-1)).toBe('15:50 report');
  });

  it('is empty where there is no session, and follows one on a Sunday evening', () => {
    expect(timesOf('2026-11-21', optionsOf([INFY, GOLD]))).toEqual([]);
    expect(timesOf('2026-11-08', optionsOf([INFY]))).toEqual([
      ...['17:15 new-day', '17:40 checklist', '18:55 square-off NSE 19:15', '19:30 report'],
    ]);
  });

  it('knows holidays and the special sessions of the calendar that comes along', () => {
    const options = optionsOf([INFY], { calendar: loadMarketCalendar() });
    expect(timesOf('2026-02-01', options), 'the budget on a Sunday').toContain('08:55 checklist');
    expect(timesOf('2026-01-26', options)).toEqual([]);
    // Where nothing is known a weekend has no session.
    expect(timesOf('2031-11-08', options)).toEqual([]);
  });

  it('never looks before our own square-off is through, nor after the close', () => {
    const late = optionsOf([INFY], { squareOffBeforeCloseMs: 10 * MINUTE_MS });
    expect(timesOf('2026-11-17', late)).toContain('15:23 square-off NSE 15:30');
    expect(timesOf('2026-11-17', optionsOf([INFY], { squareOffBeforeCloseMs: 0 })).join()).not.toContain('square-off');
    expect(timesOf('2026-11-17', optionsOf([INFY], { intraday: [] })).join()).not.toContain('square-off');
  });

  it('of a recorded day has what is of use there', () => {
    expect(timesOf('2026-11-17', optionsOf([INFY], { isPlayed: true }))).toEqual([
      ...['15:10 square-off NSE 15:30', '15:45 report'],
    ]);
  });
});

describe('what is due', () => {
  const options = optionsOf([INFY]);
  const at = (day: string, clock: string, done: readonly string[] = [], present: readonly string[] = []) => {
    const now = ist(day, clock);
    const state = { now, openedTime: now, done: new Set(done), presentDays: new Set(present.map(dayNumber)) };
    const { due, missed, nextTime } = dueJobs(state, options);
    const keys = (jobs: typeof due) => jobs.map(runKey).join(', ');
    return `${keys(due)} | ${keys(missed)} | ${formatDay(dayOf(nextTime)).slice(8)} ${formatClock(nextTime).slice(0, 5)}`;
  };

  it('goes by time, by what has run, and by what is still of use', () => {
    expect(at('2026-11-17', '08:00')).toBe(' |  | 17 08:30');
    expect(at('2026-11-17', '09:09')).toBe('2026-11-17 checklist |  | 17 15:10');
    expect(at('2026-11-17', '09:09', ['2026-11-17 checklist'])).toBe(' |  | 17 15:10');
    expect(at('2026-11-17', '15:05')).toBe(' | 2026-11-17 checklist | 17 15:10');
    expect(at('2026-11-17', '23:00')).toBe(
      '2026-11-17 report | 2026-11-17 checklist, 2026-11-17 square-off NSE 15:30 | 18 08:30',
    );
    expect(at('2026-11-20', '23:00', ['2026-11-20 report'])).toContain('| 23 08:30');
    expect(at('2026-11-21', '12:00')).toBe(' |  | 23 08:30');
  });

  it('takes up the report of a day on which the worker was there, and no other', () => {
    expect(at('2026-11-23', '08:00', ['2026-11-20 checklist'], ['2026-11-20'])).toBe(
      '2026-11-20 report | 2026-11-20 square-off NSE 15:30 | 23 08:30',
    );
    expect(at('2026-11-23', '08:00')).toBe(' |  | 23 08:30');
  });

  it('has a new day once the list in hand is older than its morning', () => {
    const state = { now: ist('2026-11-18', '08:30'), done: new Set<string>(), presentDays: new Set<number>() };
    const names = (openedTime: number) => dueJobs({ ...state, openedTime }, options).due.map(({ name }) => name);
    expect(names(ist('2026-11-17', '09:00'))).toEqual(['new-day']);
    expect(names(ist('2026-11-18', '01:00'))).toEqual(['new-day']);
    expect(names(ist('2026-11-18', '08:30'))).toEqual([]);
  });

  it('runs each job once at most, in time when somebody is there, and says of each other one that it was missed', () => {
    const all = optionsOf([INFY, RELIANCE, FUTURE, GOLD]);
    const start = ist('2026-11-05', '00:00');
    const minutes = 8 * 24 * 60;
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: minutes }), fc.integer({ min: 1, max: 3_000 })), {
      ...{ minLength: 1, maxLength: 6 },
    });
    fc.assert(
      fc.property(spans, (ups) => {
        const isUp = (minute: number): boolean =>
          ups.some(([from, length]) => minute >= from && minute < from + length);
        const done = new Map<string, 'ran' | 'missed'>();
        const presentDays = new Set<number>();
        let openedTime = Number.NEGATIVE_INFINITY;
        for (let minute = 0; minute < minutes; minute++) {
          if (!isUp(minute)) continue;
          const now = start + minute * MINUTE_MS;
          // A start takes the list of its own time.
          if (minute === 0 || !isUp(minute - 1)) openedTime = now;
          const { due, missed, nextTime } = dueJobs({ now, openedTime, done: new Set(done.keys()), presentDays }, all);
          expect(nextTime).toBeGreaterThan(now);
          for (const job of due) {
            if (job.kind === 'new-day') openedTime = now;
            expect(done.has(runKey(job)), runKey(job)).toBe(false);
            expect(all.instruments.some((each) => all.calendar.sessionOn(each, job.day) !== null)).toBe(true);
            const wasThere = job.dueTime >= start && isUp(Math.round((job.dueTime - start) / MINUTE_MS));
            if (wasThere && job.kind !== 'report') expect(now, runKey(job)).toBe(job.dueTime);
            expect(now).toBeGreaterThanOrEqual(job.dueTime);
            expect(now).toBeLessThanOrEqual(job.usefulUntil);
            done.set(runKey(job), 'ran');
          }
          for (const job of missed) {
            expect(done.has(runKey(job)), runKey(job)).toBe(false);
            expect(now).toBeGreaterThan(job.usefulUntil);
            done.set(runKey(job), 'missed');
          }
          if (planDay(dayOf(now), all).length > 0) presentDays.add(dayOf(now));
        }
      }),
      { numRuns: 15 },
    );
  });
});
