import { readEnv } from '../config/env.ts';
import type { PostgresCandleStore } from '../db/postgres-candle-store.ts';
import type { PostgresSettings } from '../db/postgres-settings.ts';
import { printNote } from './output.ts';

export interface CandleDatabase {
  readonly store: PostgresCandleStore;
  readonly settings: PostgresSettings;
}

/** Opens the database of the environment for the work; throws what could not be written, too. */
export async function withCandleDatabase<T>(work: (database: CandleDatabase) => Promise<T>): Promise<T> {
  const { databaseUrl, stateFolder } = readEnv();
  const { openDatabase } = await import('../db/database.ts');
  const { PostgresCandleStore } = await import('../db/postgres-candle-store.ts');
  const { PostgresSettings } = await import('../db/postgres-settings.ts');
  const database = await openDatabase({ url: databaseUrl ?? undefined, stateFolder, role: 'history', log: printNote });
  try {
    const failures: unknown[] = [];
    const store = new PostgresCandleStore(database, (error) => failures.push(error));
    const result = await work({ store, settings: new PostgresSettings(database) });
    await store.flush();
    if (failures.length > 0) throw failures[0];
    return result;
  } finally {
    await database.close();
  }
}
