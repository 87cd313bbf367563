import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { ALERT_KINDS, ALERT_LEVELS } from '../../core/alert.ts';
import { JOB_NAMES, QUEUE_NAMES } from './closed-lists.ts';
import { epochMs, isOneOf } from './columns.ts';

/** What a person is to be told, written in the transaction of what it tells about. */
export const alerts = pgTable(
  'alerts',
  {
    key: text().primaryKey(),
    kind: text({ enum: ALERT_KINDS }).notNull(),
    topic: text(),
    level: text({ enum: ALERT_LEVELS }).notNull(),
    text: text().notNull(),
    time: epochMs().notNull(),
    sentTime: epochMs(),
  },
  (t) => [check('alerts_kind', isOneOf(t.kind, ALERT_KINDS)), check('alerts_level', isOneOf(t.level, ALERT_LEVELS))],
);

/** Alerts on their way to chats, in the order in which they get there; a row for each of them, written with the alert. */
export const deliveries = pgTable(
  'deliveries',
  {
    alertKey: text()
      .notNull()
      .references(() => alerts.key),
    /** `<chat id>`, or `<chat id>/<topic>`. */
    chat: text().notNull(),
    position: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    sentTime: epochMs(),
    /** What the API said for good: it will never get there. */
    refusal: text(),
  },
  (t) => [
    primaryKey({ columns: [t.chat, t.alertKey] }),
    index('deliveries_pending').on(t.chat, t.position).where(sql`${t.sentTime} is null and ${t.refusal} is null`),
    check('deliveries_end', sql`${t.sentTime} is null or ${t.refusal} is null`),
  ],
);

/** Jobs that a transaction promised; what a crash kept from the queue is found here and added. */
export const jobOutbox = pgTable(
  'job_outbox',
  {
    id: text().primaryKey(),
    /** The order of the promises. */
    position: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    queue: text({ enum: QUEUE_NAMES }).notNull(),
    name: text({ enum: JOB_NAMES }).notNull(),
    subject: text().notNull(),
    priority: integer().notNull(),
    notBefore: epochMs().notNull(),
    /** By the server's clock, also when the program's own runs on a replayed day. */
    promisedTime: epochMs().notNull().default(sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`),
    queuedTime: epochMs(),
    /** When its purpose was served, where nothing else tells: of a change of an order's terms. */
    servedTime: epochMs(),
  },
  (t) => [
    index('job_outbox_unqueued').on(t.position).where(sql`${t.queuedTime} is null`),
    check('job_outbox_queue', isOneOf(t.queue, QUEUE_NAMES)),
    check('job_outbox_name', isOneOf(t.name, JOB_NAMES)),
    check('job_outbox_priority', sql`${t.priority} > 0`),
  ],
);

/** What outlives a restart and belongs to no table of its own: a halt, for example. */
export const settings = pgTable('settings', {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  updatedTime: epochMs().notNull(),
});
