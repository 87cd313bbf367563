import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSetting, writeSetting } from '../../../src/db/settings.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
afterAll(() => opened.close());

test.each([true, false, 'halted', 17.5, { by: 'owner', until: null }, ['a', 1]])(
  'a setting of %j is kept',
  async (value) => {
    await writeSetting(opened.database, 'halt', 'before', 1);
    await writeSetting(opened.database, 'halt', value, 2);
    expect(await readSetting(opened.database, 'halt')).toEqual(value);
  },
);

test('a setting that was never written is undefined', async () => {
  expect(await readSetting(opened.database, 'unheard-of')).toBeUndefined();
});
