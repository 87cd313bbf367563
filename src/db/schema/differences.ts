import { sql } from 'drizzle-orm';
import { bigint, check, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { ALERT_LEVELS } from '../../core/alert.ts';
import { DIFFERENCE_KINDS } from '../../engine/orders/difference.ts';
import { epochMs, instrumentId, isOneOf } from './columns.ts';

/** What the broker has and our books have not, or the other way round: a row each, for as long as it lasts. */
export const differences = pgTable(
  'differences',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    kind: text({ enum: DIFFERENCE_KINDS }).notNull(),
    level: text({ enum: ALERT_LEVELS }).notNull(),
    /** Null when it is about none that this worker lists. */
    instrumentId: instrumentId(),
    /** Ids of orders, ours and the broker's. */
    orders: jsonb().$type<readonly string[]>().notNull(),
    numbers: jsonb().$type<Readonly<Record<string, number>>>().notNull(),
    text: text().notNull(),
    foundTime: epochMs().notNull(),
    /** When it was last found to be still there. */
    seenTime: epochMs().notNull(),
    /** When its alert was raised. */
    toldTime: epochMs(),
    /** When it was found to be gone. */
    resolvedTime: epochMs(),
  },
  (t) => [
    uniqueIndex('differences_open').on(t.key).where(sql`${t.resolvedTime} is null`),
    check('differences_kind', isOneOf(t.kind, DIFFERENCE_KINDS)),
    check('differences_level', isOneOf(t.level, ALERT_LEVELS)),
    check(
      'differences_times',
      sql`${t.seenTime} >= ${t.foundTime} and ${t.toldTime} >= ${t.foundTime} and ${t.resolvedTime} >= ${t.seenTime}`,
    ),
  ],
);
