import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../support/test-database.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.close());

test('a test database works in its own schema', async () => {
  const rows = await opened.database.sql<{ schema: string }[]>`select current_schema() as schema`;
  expect(rows[0]?.schema).toBe(opened.schema);
});
