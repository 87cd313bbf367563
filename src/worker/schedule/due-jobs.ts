/**
 * Which jobs are due, and which were missed. Entry point: `dueJobs`. Pure: what ran is handed in, and the answer depends on
 * nothing else, so that a restart, a machine that slept or a late start needs no code of its own.
 *
 * Invariants: no job is named once it has run or was given up; a job is due from its time to the end of its use; of a day
 * on which the worker never was there nothing is said.
 */
import { type DayNumber, dayOf, type EpochMs } from '../../core/time.ts';
import { type PlanOptions, planDay, runKey, type ScheduledJob } from './plan-day.ts';

export interface ScheduleState {
  readonly now: EpochMs;
  /** When the list and the past that the worker trades with were taken. */
  readonly openedTime: EpochMs;
  /** Run keys of what ran or was given up. */
  readonly done: ReadonlySet<string>;
  /** Earlier days on which the worker was there. */
  readonly presentDays: ReadonlySet<DayNumber>;
}

export interface DueJobs {
  /** In the order of their times. */
  readonly due: readonly ScheduledJob[];
  /** Their time has passed without them. */
  readonly missed: readonly ScheduledJob[];
  /** When the next one falls due; Infinity when the calendar knows none. */
  readonly nextTime: EpochMs;
}

/** No run of closed days comes near it. */
const LOOK_AHEAD_DAYS = 30;
/** As long as a report is wanted. */
const LOOK_BACK_DAYS = 5;

export function dueJobs(state: ScheduleState, options: PlanOptions): DueJobs {
  const { now, openedTime, done, presentDays } = state;
  const today = dayOf(now);
  const isOpen = (job: ScheduledJob): boolean =>
    !done.has(runKey(job)) && !(job.kind === 'new-day' && openedTime >= job.dueTime);
  const jobs: ScheduledJob[] = [];
  for (let day = today - LOOK_BACK_DAYS; day < today; day++) {
    // The list of a day that is over is of no use, and nobody misses it.
    if (presentDays.has(day)) jobs.push(...planDay(day, options).filter(({ kind }) => kind !== 'new-day'));
  }
  jobs.push(...planDay(today, options));
  const open = jobs.filter(isOpen);
  const started = open.filter(({ dueTime }) => dueTime <= now).sort((one, other) => one.dueTime - other.dueTime);
  return {
    due: started.filter(({ usefulUntil }) => now <= usefulUntil),
    missed: started.filter(({ usefulUntil, kind }) => now > usefulUntil && kind !== 'new-day'),
    nextTime: Math.min(
      ...open.map(({ dueTime }) => dueTime).filter((time) => time > now),
      firstTimeAfter(today, options),
    ),
  };
}

function firstTimeAfter(today: DayNumber, options: PlanOptions): EpochMs {
  for (let day = today + 1; day <= today + LOOK_AHEAD_DAYS; day++) {
    const times = planDay(day, options).map(({ dueTime }) => dueTime);
    if (times.length > 0) return Math.min(...times);
  }
  return Number.POSITIVE_INFINITY;
}
