import { expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../../../src/core/alert.ts';
import { formatClock, MINUTE_MS } from '../../../../src/core/time.ts';
import type { ScheduleRun } from '../../../../src/db/postgres-schedule.ts';
import { type JobResult, Schedule, type ScheduleOptions } from '../../../../src/worker/schedule/schedule.ts';
import { fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const INFY = testInstrument('NSE:INFY');
const WELL: JobResult = { level: 'info', headline: 'well', lines: ['a', 'b'], facts: {}, isNews: true };

function open(clock: string, changes: Partial<ScheduleOptions> = {}) {
  const manual = new ManualClock(ist('2026-11-17', clock));
  const [runs, told, troubles]: [ScheduleRun[], Alert[], string[]] = [[], [], []];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const done = async () => WELL;
  const schedule = new Schedule({
    ...{ calendar: fixedCalendar, instruments: [INFY], intraday: [INFY], squareOffBeforeCloseMs: 30 * MINUTE_MS },
    ...{ isPlayed: false, clock: manual, openedTime: manual.now(), signal: stop.signal, wake: () => () => undefined },
    book: { note: async (run) => void runs.push(run), since: async () => [] },
    tasks: { checklist: done, 'square-off': done, report: done },
    onNewDay: () => undefined,
    tell: async (alert) => void told.push(alert),
    onTrouble: (text) => troubles.push(text),
    ...changes,
  });
  const brief = () => runs.map(({ job, time }) => `${formatClock(time).slice(0, 5)} ${job}`);
  return { clock: manual, schedule, stop, runs, told, troubles, brief };
}

it('tells a job that fails once, tries it again, and holds no other up', async () => {
  let attempts = 0;
  const checklist = async (): Promise<JobResult> => {
    attempts += 1;
    if (attempts < 4) throw new Error('no way there');
    return WELL;
  };
  const done = async () => WELL;
  const { clock, schedule, troubles, told, brief } = open('08:50', {
    tasks: { checklist, 'square-off': done, report: done },
  });
  void schedule.keep();
  await clock.reach(ist('2026-11-17', '15:11'));
  expect(troubles).toEqual(['Pre-open checklist of 2026-11-17 could not be made, it is tried again: no way there']);
  expect(brief()).toEqual(['08:50 new-day', '08:58 checklist', '15:10 square-off NSE 15:30']);
  expect(told[0]).toMatchObject({
    key: 'schedule/2026-11-17 checklist',
    text: 'Pre-open checklist of 2026-11-17, ran 3 min late: well\na\nb',
  });
});

it('waits for a book that can not be read, and runs nothing meanwhile', async () => {
  let isThere = false;
  const runs: ScheduleRun[] = [];
  const { clock, schedule, troubles } = open('08:56', {
    book: {
      note: async (run) => void runs.push(run),
      since: async () => {
        if (!isThere) throw new Error('the database is away');
        return [];
      },
    },
  });
  void schedule.keep();
  await clock.reach(ist('2026-11-17', '08:59'));
  expect([runs, troubles]).toEqual([
    [],
    ['What of the schedule has run can not be read, it is tried again: the database is away'],
  ]);
  isThere = true;
  await clock.reach(ist('2026-11-17', '09:01'));
  expect(runs.map(({ job }) => job)).toEqual(['new-day', 'checklist']);
});

it('asks for a new day once, and goes on with what is due', async () => {
  let asked = 0;
  const onNewDay = (): void => {
    asked += 1;
  };
  const { clock, schedule, brief } = open('10:00', { onNewDay });
  void schedule.keep();
  await clock.reach(ist('2026-11-18', '08:29'));
  expect(asked).toBe(0);
  await clock.reach(ist('2026-11-18', '09:00'));
  expect(asked).toBe(1);
  expect(brief().at(-1), 'nobody could log in: the checklist says so').toBe('08:55 checklist');
});

it('notes nothing once the worker stops: its alert may not be in the books', async () => {
  const { clock, schedule, stop, runs, troubles } = open('08:50', { tell: async () => stop.abort() });
  void schedule.keep();
  await clock.reach(ist('2026-11-17', '09:10'));
  expect([runs.map(({ job }) => job), troubles]).toEqual([['new-day'], []]);
});
