import { bigint, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { epochMs } from './columns.ts';

/** One row per class of calls of an account: who counts a call holds it, so that counting is one at a time. */
export const callGates = pgTable(
  'call_gates',
  {
    account: text().notNull(),
    callClass: text().notNull(),
    /** The broker has throttled the class: nothing is counted before. */
    restUntil: epochMs().notNull().default(0),
  },
  (t) => [primaryKey({ name: 'call_gates_pkey', columns: [t.account, t.callClass] })],
);

/** Calls of late, by the server's clock; what no window holds any more is deleted. Written by `record_call`. */
export const callLog = pgTable(
  'call_log',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    account: text().notNull(),
    callClass: text().notNull(),
    calledTime: epochMs().notNull(),
  },
  (t) => [index('call_log_latest').on(t.account, t.callClass, t.calledTime)],
);
