import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { bigint, numeric, text } from 'drizzle-orm/pg-core';
import type { InstrumentId, SignalKey, StrategyId } from '../../core/ids.ts';

/** A price in rupees, to four decimals: what `roundPrice` leaves. */
export const price = () => numeric({ precision: 14, scale: 4, mode: 'number' });

/** An amount in paise. */
export const paise = () => bigint({ mode: 'number' });

/** A number of units, contracts or shares. */
export const units = () => bigint({ mode: 'number' });

/**
 * A time as epoch milliseconds, like everywhere else in the program: a `timestamptz` would come back as a text or a Date
 * to be converted row by row, and its microseconds could not round-trip. To read one in SQL: `to_timestamp(time / 1000.0)`.
 */
export const epochMs = () => bigint({ mode: 'number' });

export const instrumentId = () => text().$type<InstrumentId>();
export const strategyId = () => text().$type<StrategyId>();
export const signalKey = () => text().$type<SignalKey>();

/** The body of a check constraint: the column holds one of the values of a union of the core. */
export function isOneOf(column: SQLWrapper, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;
}
