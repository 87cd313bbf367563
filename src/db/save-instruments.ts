import type { Instrument } from '../core/instrument.ts';
import type { EpochMs } from '../core/time.ts';
import type { Database } from './database.ts';
import { insertStatement, replacing, runRows } from './row-statement.ts';
import { instruments } from './schema/market-data.ts';

const REPLACE_INSTRUMENTS = insertStatement(instruments, replacing(instruments, ['id']));

/** Adds instruments and brings those that are there up to date. */
export async function saveInstruments(
  database: Pick<Database, 'sql'>,
  list: readonly Instrument[],
  updatedTime: EpochMs,
): Promise<void> {
  await runRows(
    database.sql,
    REPLACE_INSTRUMENTS,
    list.map((instrument) => ({ ...instrument, updatedTime })),
  );
}
