import { sql } from 'drizzle-orm';
import { bigint, check, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { epochMs } from './columns.ts';

/** What people have asked for by Telegram and must say yes to; each works once. */
export const confirmations = pgTable(
  'confirmations',
  {
    nonce: text().primaryKey(),
    userId: bigint({ mode: 'number' }).notNull(),
    chat: text().notNull(),
    action: jsonb().notNull(),
    createdTime: epochMs().notNull(),
    usedTime: epochMs(),
  },
  (t) => [check('confirmations_nonce', sql`length(${t.nonce}) >= 16`)],
);
