import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StrategyId } from '../../../src/core/ids.ts';
import { readAccountRecord } from '../../../src/db/account-record.ts';
import { PostgresLedger } from '../../../src/db/postgres-ledger.ts';
import { PostgresSettings } from '../../../src/db/postgres-settings.ts';
import type { Switches } from '../../../src/ports/engine-event.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

const OFF: Switches = { isKilled: false, isPaused: false, pausedStrategies: [] };

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
beforeEach(() => opened.database.sql`truncate settings`);
afterAll(() => opened.close());

async function switchesOf(stored?: unknown): Promise<Switches> {
  if (stored !== undefined) await new PostgresSettings(opened.database).write('switches', stored);
  return (await readAccountRecord(opened.database)).switches;
}

describe('the switches of an account', () => {
  test('are off until somebody turns one on, and are kept as they were turned', async () => {
    expect(await switchesOf()).toEqual(OFF);
    const switches = { ...OFF, isKilled: true, pausedStrategies: ['ema-3m', 'orb-15'] as StrategyId[] };
    await new PostgresLedger(opened.database, 'paper').record([{ type: 'switchesChanged', switches, time: 1 }]);
    expect(await switchesOf()).toEqual(switches);
  });

  test('of an earlier version, which knew no single strategies, are read', async () => {
    expect(await switchesOf({ isKilled: true, isPaused: false })).toEqual({ ...OFF, isKilled: true });
  });

  test.each([['halted'], [{ isKilled: 'yes' }], [{ ...OFF, pausedStrategies: 'ema-3m' }], [{ ...OFF, more: 1 }]])(
    'that can not be read stop entries: %j',
    async (stored) => {
      expect(await switchesOf(stored)).toEqual({ ...OFF, isPaused: true });
    },
  );
});
