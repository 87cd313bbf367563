import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import { accountSchema } from '../../src/db/account-database.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { PostgresDifferences } from '../../src/db/postgres-differences.ts';
import type { Difference } from '../../src/engine/orders/difference.ts';
import { ist } from '../support/fixed-calendar.ts';
import { testStateFolder } from '../support/test-server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ACCOUNT = `differences-${process.pid}`;

let database: Database;
beforeAll(async () => {
  const schema = accountSchema('live', ACCOUNT);
  database = await openDatabase({ url: inject('databaseUrl'), stateFolder: testStateFolder(), schema, role: 'worker' });
});
afterAll(async () => {
  await database.sql`drop schema ${database.sql(database.schema)} cascade`;
  await database.close();
});

/** The command line, in a process of its own. */
function differences(...args: readonly string[]): Promise<{ code: number; stdout: string }> {
  const env = { ...process.env, DATABASE_URL: inject('databaseUrl'), REDIS_URL: '' };
  const options = { cwd: PROJECT, env, timeout: 30_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main.ts', 'differences', ...args], options, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), stdout }),
    );
  });
}

test('open differences are listed in words and as JSON; those that are gone are not', { timeout: 60_000 }, async () => {
  expect(await differences('--account', ACCOUNT)).toEqual({
    code: 0,
    stdout: `account "${database.schema}": no open differences\n`,
  });
  const made: Difference = {
    ...{
      key: 'one',
      kind: 'POSITION_DIFFERS',
      level: 'critical',
      instrumentId: 'NSE:INFY' as InstrumentId,
      orders: [],
    },
    ...{ numbers: { ours: 10, theirs: 0 }, text: 'NSE:INFY INTRADAY: our strategies hold 10, the broker 0.' },
  };
  const book = new PostgresDifferences(database);
  await book.record([made, { ...made, key: 'gone' }], ist('2026-11-17', '10:00'), true);
  await book.record([made], ist('2026-11-17', '10:05'), true);
  expect((await differences('--account', ACCOUNT)).stdout).toBe(
    `account "${database.schema}": 1 open difference\n\n` +
      'CRITICAL POSITION_DIFFERS, found 2026-11-17 10:00:00, last seen 2026-11-17 10:05:00\n' +
      '  NSE:INFY INTRADAY: our strategies hold 10, the broker 0.\n',
  );
  expect(JSON.parse((await differences('--account', ACCOUNT, '--json')).stdout)).toMatchObject({
    account: database.schema,
    differences: [{ ...made, foundTime: ist('2026-11-17', '10:00') }],
  });
  expect((await differences('--account', 'nobody')).code).toBe(2);
});
