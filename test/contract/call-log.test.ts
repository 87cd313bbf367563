import { MemoryCallLog } from '../../src/brokers/shared/memory-call-log.ts';
import { PostgresCallLog } from '../../src/db/postgres-call-log.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { testDatabase } from '../support/test-database.ts';
import { callLogContract } from './call-log.contract.ts';

callLogContract('MemoryCallLog', async () => {
  let now = 10_000_000;
  const clock: Clock = { now: () => now, sleepUntil: () => Promise.resolve() };
  return {
    fresh: async () => new MemoryCallLog(clock),
    async pass(ms) {
      now += ms;
    },
    async setBack(ms) {
      now -= ms;
    },
    async close() {},
  };
});

callLogContract('PostgresCallLog', async () => {
  const { database, close } = await testDatabase();
  // The server's clock can not be moved, but everything that it noted can.
  const shift = async (ms: number) => {
    await database.sql`update call_log set called_time = called_time - ${ms}::bigint`;
    await database.sql`update call_gates set rest_until = rest_until - ${ms}::bigint`;
  };
  return {
    async fresh() {
      await database.sql`truncate call_log, call_gates`;
      return new PostgresCallLog(database, 'broker:account');
    },
    pass: shift,
    setBack: (ms) => shift(-ms),
    close,
  };
});
