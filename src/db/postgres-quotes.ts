/** The latest tick of each instrument, written in batches: of a burst only the last one of each reaches the table. */
import { eq } from 'drizzle-orm';
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import { type BatchLimits, BatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import { insertStatement, replacing, runRows } from './row-statement.ts';
import { quotes } from './schema/market-data.ts';
import { isRefusedData } from './sql.ts';

const REPLACE_QUOTES = insertStatement(
  quotes,
  `${replacing(quotes, ['instrument_id'])} where quotes.time <= excluded.time`,
);

export class PostgresQuotes {
  readonly #database: Pick<Database, 'sql' | 'orm'>;
  readonly #writer: BatchWriter<Tick>;

  /** `onError` is told of a write in the background that failed, and of a tick that the table refused. */
  constructor(database: Pick<Database, 'sql' | 'orm'>, onError: (error: unknown) => void, limits?: BatchLimits) {
    this.#database = database;
    this.#writer = new BatchWriter<Tick>({
      ...limits,
      keyOf: ({ instrumentId }) => instrumentId,
      write: async (batch) => {
        await runRows(database.sql, REPLACE_QUOTES, batch);
      },
      isRefused: isRefusedData,
      onError,
    });
  }

  appendQuotes(ticks: readonly Tick[]): Promise<void> {
    return this.#writer.add(ticks);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  async last(instrumentId: InstrumentId): Promise<Tick | undefined> {
    await this.#writer.flush();
    const rows = await this.#database.orm.select().from(quotes).where(eq(quotes.instrumentId, instrumentId));
    return rows[0];
  }
}
