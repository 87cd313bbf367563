/** What of the schedule ran on which day, in PostgreSQL. Invariant: the first word on a job of a day stands. */
import type { AlertLevel } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';
import type { RunStatus } from './schema/schedule-runs.ts';
import type { Sql } from './sql.ts';

export interface ScheduleRun {
  /** `2026-11-17`, in India. */
  readonly day: string;
  readonly job: string;
  readonly status: RunStatus;
  readonly dueTime: EpochMs;
  readonly time: EpochMs;
  readonly level: AlertLevel;
  readonly text: string;
  readonly facts: unknown;
}

export class PostgresSchedule {
  readonly #sql: Sql;

  constructor({ sql }: { readonly sql: Sql }) {
    this.#sql = sql;
  }

  async note(run: ScheduleRun): Promise<void> {
    await this.#sql`
      insert into schedule_runs (day, job, status, due_time, time, level, text, facts)
      values (${run.day}::text::date, ${run.job}, ${run.status}, ${run.dueTime}, ${run.time}, ${run.level}, ${run.text},
        ${JSON.stringify(run.facts)}::text::jsonb)
      on conflict (day, job) do nothing`;
  }

  /** Of that day and later ones, oldest first. */
  since(day: string): Promise<readonly ScheduleRun[]> {
    return this.#sql<ScheduleRun[]>`
      select day::text as day, job, status, due_time as "dueTime", time, level, text, facts
      from schedule_runs where day >= ${day}::text::date order by day, due_time, job`;
  }
}
