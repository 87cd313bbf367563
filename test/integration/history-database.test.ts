import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import { PostgresCandleStore } from '../../src/db/postgres-candle-store.ts';
import { appendCandles, importCandles } from '../../src/history/import-candles.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const path = fileURLToPath(new URL('../../backtest-data/candles/1m/TCS.parquet', import.meta.url));

describe('candles imported into PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.close());

  it('come back number for number, however often they are imported', async () => {
    const failures: unknown[] = [];
    const store = new PostgresCandleStore(db.database, (error) => failures.push(error));
    const [imported] = await importCandles({ path }, loadMarketCalendar());
    if (imported === undefined) throw new Error('Expected the sample');
    for (let time = 0; time < 2; time++) await appendCandles(store, imported);
    await store.flush();
    expect(failures).toEqual([]);
    const { instrumentId, timeframe, candles } = imported;
    const stored = await store.read({ instrumentId, timeframe, from: 0, to: Number.MAX_SAFE_INTEGER });
    expect(stored).toHaveLength(21_315);
    expect(stored.map((candle) => candle.openTime)).toEqual([...candles.openTime]);
    expect(stored.map((candle) => candle.close)).toEqual([...candles.close]);
    expect(stored.map((candle) => candle.volume)).toEqual([...candles.volume]);
    expect(new Set(stored.map((candle) => candle.provenance))).toEqual(new Set(['import']));
  });
});
