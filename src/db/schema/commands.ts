import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text } from 'drizzle-orm/pg-core';
import type { ClientOrderId } from '../../core/ids.ts';
import { COMMANDS } from '../../ports/engine-event.ts';
import { epochMs, instrumentId, isOneOf, price, strategyId, units } from './columns.ts';

/** What can be asked of the worker: commands to the engine, and how an order of unknown fate has ended. */
export const ASKED_COMMANDS = [...COMMANDS, 'settle'] as const;

/** What people have asked of the worker, in the order in which they did; each is applied once. */
export const commands = pgTable(
  'commands',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    command: text({ enum: ASKED_COMMANDS }).notNull(),
    /** Null for the whole account. */
    strategyId: strategyId(),
    /** Of `squareoff`; null for all of them. */
    instrumentId: instrumentId(),
    /** Of `cancel`, the entry. Of `settle`: the order, and what of it was filled at which price; null: it was never sent. */
    orderId: text().$type<ClientOrderId>(),
    filledQuantity: units(),
    filledPrice: price(),
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
    check('commands_command', isOneOf(t.command, ASKED_COMMANDS)),
    check('commands_instrument', sql`${t.instrumentId} is null or ${t.command} = 'squareoff'`),
    check('commands_order', sql`(${t.command} in ('settle', 'cancel')) = (${t.orderId} is not null)`),
    check('commands_filled', sql`(${t.filledQuantity} is null) = (${t.filledPrice} is null)`),
    check('commands_filled_amounts', sql`${t.filledQuantity} > 0 and ${t.filledPrice} > 0`),
    check('commands_applied', sql`${t.appliedTime} is null or ${t.answer} is not null`),
  ],
);
