/**
 * The worker's schedule over the days: looks what is due whenever it is woken, runs it, and notes what ran. Entry points:
 * `keep`, `finish`.
 *
 * Invariants: what is due is decided by `dueJobs` from the clock and the book alone, so that who wakes it does not matter; a
 * job is noted after its alert can not be lost any more, and an alert of a job is stored once, so that a restart runs
 * nothing twice; a job that fails is told once, tried again while there is use in it, and takes no other with it.
 */
import type { Alert, AlertLevel } from '../../core/alert.ts';
import { UnavailableError } from '../../core/errors.ts';
import { type DayNumber, dayOf, type EpochMs, formatClock, formatDay, MINUTE_MS, parseDay } from '../../core/time.ts';
import type { ScheduleRun } from '../../db/postgres-schedule.ts';
import type { Clock } from '../../ports/clock.ts';
import { dueJobs } from './due-jobs.ts';
import { type JobKind, type PlanOptions, planDay, runKey, type ScheduledJob } from './plan-day.ts';

/** What a job came to. */
export interface JobResult {
  readonly level: AlertLevel;
  /** The rest of a sentence that begins with the job's name. */
  readonly headline: string;
  readonly lines: readonly string[];
  readonly facts: unknown;
  /** False: it is noted, and nobody is told. */
  readonly isNews: boolean;
}

export interface ScheduleBook {
  note(run: ScheduleRun): Promise<void>;
  since(day: string): Promise<readonly ScheduleRun[]>;
}

export interface ScheduleOptions extends PlanOptions {
  readonly clock: Clock;
  /** Wakes the schedule besides the clock; returns how to end that. */
  readonly wake: (onWake: () => void) => () => void;
  /** When the list and the past that the worker trades with were taken. */
  readonly openedTime: EpochMs;
  readonly book: ScheduleBook;
  readonly tasks: Readonly<Record<Exclude<JobKind, 'new-day'>, (job: ScheduledJob) => Promise<JobResult>>>;
  /** The list in hand is of another day: a new one is to be begun. Called once. */
  readonly onNewDay: () => void;
  /** Resolves when the alert can not be lost any more. */
  readonly tell: (alert: Alert) => Promise<void>;
  readonly onTrouble: (text: string) => void;
  readonly signal: AbortSignal;
}

const TITLES: Readonly<Record<JobKind, string>> = {
  'new-day': 'New trading day',
  checklist: 'Pre-open checklist',
  'square-off': 'Square-off check',
  report: "Day's report",
};
/** As far back as a report is wanted. */
const LOOK_BACK_DAYS = 6;
/** Below that nobody calls it late. */
const LATE_MS = 2 * MINUTE_MS;
const AGAIN_MS = MINUTE_MS;

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #done = new Set<string>();
  readonly #presentDays = new Set<DayNumber>();
  /** Jobs that have failed and were told of. */
  readonly #told = new Set<string>();
  #isNewDayAsked = false;
  #isRecalled = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Resolves when `signal` aborts. */
  async keep(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      const next = await this.#look(clock.now());
      if (!signal.aborted) await this.#sleepUntil(next);
    }
  }

  /** A played day is over, whatever the clock shows: its report is made. */
  async finish(): Promise<void> {
    const { clock, isPlayed } = this.#options;
    if (!isPlayed) return;
    await this.#recall(clock.now());
    const report = planDay(dayOf(clock.now()), this.#options).find(({ kind }) => kind === 'report');
    if (report !== undefined && !this.#done.has(runKey(report))) await this.#run(report);
  }

  /** When to look again. */
  async #look(now: EpochMs): Promise<EpochMs> {
    const { openedTime } = this.#options;
    try {
      await this.#recall(now);
    } catch (error) {
      this.#tellOnce('book', `What of the schedule has run can not be read, it is tried again: ${messageOf(error)}`);
      return now + AGAIN_MS;
    }
    const state = { now, openedTime, done: this.#done, presentDays: this.#presentDays };
    const { due, missed, nextTime } = dueJobs(state, this.#options);
    let isWhole = missed.length === 0 || (await this.#giveUp(missed));
    for (const job of due) {
      if (this.#options.signal.aborted) return now;
      if (job.kind === 'new-day') this.#askNewDay();
      else isWhole = (await this.#run(job)) && isWhole;
    }
    return isWhole ? nextTime : Math.min(nextTime, this.#options.clock.now() + AGAIN_MS);
  }

  #askNewDay(): void {
    if (this.#isNewDayAsked) return;
    this.#isNewDayAsked = true;
    this.#options.onNewDay();
  }

  async #recall(now: EpochMs): Promise<void> {
    if (this.#isRecalled) return;
    for (const run of await this.#options.book.since(formatDay(dayOf(now) - LOOK_BACK_DAYS))) {
      const day = parseDay(run.day);
      if (day === undefined) continue;
      this.#presentDays.add(day);
      this.#done.add(runKey({ day, name: run.job }));
    }
    this.#isRecalled = true;
    await this.#noteOpening(now);
  }

  /** This start has taken the day's list: that is what a new day is. */
  async #noteOpening(now: EpochMs): Promise<void> {
    const { openedTime, instruments } = this.#options;
    const opening = planDay(dayOf(now), this.#options).find(({ kind }) => kind === 'new-day');
    if (opening === undefined || openedTime < opening.dueTime || this.#done.has(runKey(opening))) return;
    const headline = `${instruments.length} instruments are traded from the day's list`;
    await this.#note(opening, 'DONE', { level: 'info', headline, lines: [], facts: {}, isNews: false }, openedTime);
  }

  async #run(job: ScheduledJob): Promise<boolean> {
    const { clock, tasks, isPlayed } = this.#options;
    if (job.kind === 'new-day') return true;
    // A day that is played may be over before its evening.
    const began = isPlayed ? job.dueTime : Math.max(clock.now(), job.dueTime);
    try {
      const result = await tasks[job.kind](job);
      // A day that is played is watched: of its end the summary tells.
      const isNews = result.isNews && (!isPlayed || result.level === 'critical');
      await this.#note(job, 'DONE', { ...result, isNews }, began);
      return true;
    } catch (error) {
      this.#tellOnce(runKey(job), `${titleOf(job)} could not be made, it is tried again: ${messageOf(error)}`);
      return false;
    }
  }

  async #giveUp(missed: readonly ScheduledJob[]): Promise<boolean> {
    const { clock, tell } = this.#options;
    const now = clock.now();
    try {
      const all = missed.map((job) => `${titleOf(job)} (due ${formatClock(job.dueTime).slice(0, 5)})`).join(', ');
      const text = `Skipped, because nobody was there in time: ${all}`;
      const key = `schedule/skipped/${missed.map(runKey).join(',')}`;
      await tell({ key, kind: 'summary', level: 'warning', text, time: now });
      for (const job of missed) {
        const headline = 'was skipped: nobody was there in time';
        await this.#note(job, 'MISSED', { level: 'warning', headline, lines: [], facts: {}, isNews: false }, now);
      }
      return true;
    } catch (error) {
      this.#tellOnce('skipped', `What was skipped could not be noted, it is tried again: ${messageOf(error)}`);
      return false;
    }
  }

  async #note(job: ScheduledJob, status: ScheduleRun['status'], result: JobResult, time: EpochMs): Promise<void> {
    const { book, tell } = this.#options;
    const lateMs = time - job.dueTime;
    const late = status === 'DONE' && job.kind !== 'new-day' && lateMs >= LATE_MS ? `, ran ${spanOf(lateMs)} late` : '';
    const head = status === 'DONE' ? `${titleOf(job)}${late}: ` : `${titleOf(job)} `;
    const text = [`${head}${result.headline}`, ...result.lines].join('\n');
    const { level, facts } = result;
    if (result.isNews)
      await tell({ key: `schedule/${runKey(job)}`, kind: 'summary', topic: job.kind, level, text, time });
    // A worker that stops writes nothing any more, and says nothing of it.
    if (this.#options.signal.aborted) throw new UnavailableError('The worker is stopping');
    await book.note({ day: formatDay(job.day), job: job.name, status, dueTime: job.dueTime, time, level, text, facts });
    this.#done.add(runKey(job));
    this.#presentDays.add(job.day);
  }

  #tellOnce(key: string, text: string): void {
    if (this.#told.has(key) || this.#options.signal.aborted) return;
    this.#told.add(key);
    this.#options.onTrouble(text);
  }

  async #sleepUntil(time: EpochMs): Promise<void> {
    const { clock, wake, signal } = this.#options;
    const woken = new AbortController();
    const end = wake(() => woken.abort());
    // Infinity is no time that a timer takes.
    const latest = Math.min(time, clock.now() + 60 * MINUTE_MS);
    await clock.sleepUntil(latest, AbortSignal.any([signal, woken.signal]));
    end();
  }
}

/** `Pre-open checklist of 2026-11-17`, `Square-off check NSE 15:30 of 2026-11-17`. */
function titleOf({ kind, name, day }: ScheduledJob): string {
  return `${TITLES[kind]}${name.slice(kind.length)} of ${formatDay(day)}`;
}

/** `14 min`, `3 h 5 min`. */
function spanOf(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
