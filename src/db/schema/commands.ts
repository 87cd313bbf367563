import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text } from 'drizzle-orm/pg-core';
import { COMMANDS } from '../../ports/engine-event.ts';
import { epochMs, isOneOf, strategyId } from './columns.ts';

/** What people have asked of the worker, in the order in which they did; each is applied once. */
export const commands = pgTable(
  'commands',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    command: text({ enum: COMMANDS }).notNull(),
    /** Null for the whole account. */
    strategyId: strategyId(),
    /** Who, e.g. `cli:owner@host pid 4711`. */
    askedBy: text().notNull(),
    /** By the server's clock, like the other times here. */
    askedTime: epochMs().notNull().default(sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`),
    appliedTime: epochMs(),
    /** What the worker says to it; a command that failed has an answer, too, and is still to be applied. */
    answer: text(),
  },
  (t) => [
    index('commands_pending').on(t.id).where(sql`${t.appliedTime} is null`),
    check('commands_command', isOneOf(t.command, COMMANDS)),
    check('commands_applied', sql`${t.appliedTime} is null or ${t.answer} is not null`),
  ],
);
