import { expect, it, onTestFinished } from 'vitest';
import { warmConnections } from '../../../src/db/warm-connections.ts';
import { testDatabase } from '../../support/test-database.ts';

it('has every connection open, with the statements of an order planned', async () => {
  const { database, close } = await testDatabase();
  onTestFinished(close);
  await warmConnections(database);
  const [row] = await database.sql<{ open: number; planned: number }[]>`
    select (select count(*)::int from pg_stat_activity
      where application_name = current_setting('application_name')
        and query like '%sent as%') as open,
      (select count(*)::int from pg_prepared_statements) as planned`;
  // The one that asks has another query by now.
  expect(row?.open).toBeGreaterThanOrEqual(9);
  expect(row?.planned).toBeGreaterThan(11);
});
