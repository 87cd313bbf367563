import { PostgresAlertBook } from '../../src/db/postgres-alert-book.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { MemoryLedger } from '../../src/simulation/memory-ledger.ts';
import { testDatabase } from '../support/test-database.ts';
import { ledgerContract } from './ledger.contract.ts';

ledgerContract(
  'MemoryLedger',
  async () => ({
    async fresh() {
      const ledger = new MemoryLedger();
      return { ledger, alerts: ledger };
    },
    async close() {},
  }),
  300,
);

ledgerContract(
  'PostgresLedger',
  async () => {
    const { database, close } = await testDatabase();
    return {
      async fresh() {
        await database.sql`truncate signals, orders, order_events, fills, positions, trades, deliveries, alerts, job_outbox`;
        return { ledger: new PostgresLedger(database, 'paper'), alerts: new PostgresAlertBook(database) };
      },
      close,
    };
  },
  60,
);
