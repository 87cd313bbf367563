import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import { PostgresQuotes } from '../../../src/db/postgres-quotes.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

const ID = 'NSE:RELIANCE' as InstrumentId;
const tick: Tick = {
  ...{ instrumentId: ID, time: 1_763_700_000_123, lastPrice: 1432.05, volume: 1_000, openInterest: null },
  ...{ bid: 1432, ask: 1432.05, sequence: 17 },
};

let opened: TestDatabase;
let quotes: PostgresQuotes;
const errors: unknown[] = [];
beforeAll(async () => {
  opened = await testDatabase();
  quotes = new PostgresQuotes(opened.database, (error) => errors.push(error));
});
afterAll(() => opened.close());

test('the latest tick of an instrument is its quote', async () => {
  await quotes.appendQuotes([tick, { ...tick, lastPrice: 1433.1, time: tick.time + 10 }]);
  expect(await quotes.last(ID)).toEqual({ ...tick, lastPrice: 1433.1, time: tick.time + 10 });
  expect(await quotes.last('NSE:UNHEARD' as InstrumentId)).toBeUndefined();
});

test('a tick from before the quote does not replace it', async () => {
  const instrumentId = 'NSE:WIPRO' as InstrumentId;
  await quotes.appendQuotes([{ ...tick, instrumentId }]);
  await quotes.flush();
  await quotes.appendQuotes([{ ...tick, instrumentId, lastPrice: 1, time: tick.time - 1 }]);
  expect(await quotes.last(instrumentId)).toEqual({ ...tick, instrumentId });
});

test('a tick the table refuses is reported and the others are kept', async () => {
  const other = { ...tick, instrumentId: 'NSE:TCS' as InstrumentId };
  await quotes.appendQuotes([{ ...tick, instrumentId: 'NSE:INFY' as InstrumentId, lastPrice: -1 }, other]);
  expect(await quotes.last(other.instrumentId)).toEqual(other);
  expect(errors).toHaveLength(1);
});
