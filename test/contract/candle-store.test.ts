import { PostgresCandleStore } from '../../src/db/postgres-candle-store.ts';
import { MemoryCandleStore } from '../../src/simulation/memory-candle-store.ts';
import { testDatabase } from '../support/test-database.ts';
import { candleStoreContract } from './candle-store.contract.ts';

candleStoreContract(
  'MemoryCandleStore',
  async () => ({
    fresh: async () => new MemoryCandleStore(),
    async close() {},
  }),
  200,
);

candleStoreContract(
  'PostgresCandleStore',
  async () => {
    const { database, close } = await testDatabase();
    const fail = (error: unknown) => {
      throw error;
    };
    return {
      async fresh() {
        await database.sql`truncate candles`;
        return new PostgresCandleStore(database, fail, { maxValues: 7 });
      },
      close,
    };
  },
  40,
);
