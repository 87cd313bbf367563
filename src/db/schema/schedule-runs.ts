import { sql } from 'drizzle-orm';
import { check, date, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { ALERT_LEVELS } from '../../core/alert.ts';
import { epochMs, isOneOf } from './columns.ts';

export const RUN_STATUSES = ['DONE', 'MISSED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What of the schedule ran on which trading day, or was missed: a row each, so that no restart runs it again. */
export const scheduleRuns = pgTable(
  'schedule_runs',
  {
    /** The trading day in India that it was for. */
    day: date({ mode: 'string' }).notNull(),
    /** `checklist`, `report`, `square-off NSE 15:30`. */
    job: text().notNull(),
    status: text({ enum: RUN_STATUSES }).notNull(),
    dueTime: epochMs().notNull(),
    /** When it began, or when it was given up. */
    time: epochMs().notNull(),
    level: text({ enum: ALERT_LEVELS }).notNull(),
    /** What a person was told, or would have been. */
    text: text().notNull(),
    /** The same in figures. */
    facts: jsonb().notNull(),
  },
  (t) => [
    primaryKey({ name: 'schedule_runs_pkey', columns: [t.day, t.job] }),
    check('schedule_runs_status', isOneOf(t.status, RUN_STATUSES)),
    check('schedule_runs_level', isOneOf(t.level, ALERT_LEVELS)),
    check('schedule_runs_times', sql`${t.time} >= ${t.dueTime}`),
  ],
);
