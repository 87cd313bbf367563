/**
 * Candles in PostgreSQL, written in batches: a candle can be fetched or rebuilt, so it need not be on the disk before the
 * next one is handled. `flush` waits until it is; `read` sees everything that was appended.
 */
import { and, asc, eq, gte, lt } from 'drizzle-orm';
import type { Candle } from '../core/candle.ts';
import type { CandleQuery, CandleStore } from '../ports/candle-store.ts';
import { type BatchLimits, BatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import { insertStatement, replacing, runRows } from './row-statement.ts';
import { candles } from './schema/market-data.ts';
import { isRefusedData } from './sql.ts';

const REPLACE_CANDLES = insertStatement(candles, replacing(candles, ['instrument_id', 'timeframe', 'open_time']));

export class PostgresCandleStore implements CandleStore {
  readonly #database: Pick<Database, 'sql' | 'orm'>;
  readonly #writer: BatchWriter<Candle>;

  /** `onError` is told of a write in the background that failed, and of a candle that the table refused. */
  constructor(database: Pick<Database, 'sql' | 'orm'>, onError: (error: unknown) => void, limits?: BatchLimits) {
    this.#database = database;
    this.#writer = new BatchWriter<Candle>({
      ...limits,
      keyOf: ({ instrumentId, timeframe, openTime }) => `${instrumentId}|${timeframe}|${openTime}`,
      write: async (batch) => {
        await runRows(database.sql, REPLACE_CANDLES, batch);
      },
      isRefused: isRefusedData,
      onError,
    });
  }

  /** The most that has waited to be written since the last time this was asked. */
  takeHighWater(): number {
    return this.#writer.takeHighWater();
  }

  append(closed: readonly Candle[]): Promise<void> {
    return this.#writer.add(closed);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** What there are candles of. */
  async series(): Promise<readonly Pick<Candle, 'instrumentId' | 'timeframe'>[]> {
    await this.#writer.flush();
    const { instrumentId, timeframe } = candles;
    return this.#database.orm
      .selectDistinct({ instrumentId, timeframe })
      .from(candles)
      .orderBy(asc(instrumentId), asc(timeframe));
  }

  async read({ instrumentId, timeframe, from, to }: CandleQuery): Promise<readonly Candle[]> {
    await this.#writer.flush();
    const isWanted = and(
      eq(candles.instrumentId, instrumentId),
      eq(candles.timeframe, timeframe),
      gte(candles.openTime, from),
      lt(candles.openTime, to),
    );
    return this.#database.orm.select().from(candles).where(isWanted).orderBy(asc(candles.openTime));
  }
}
