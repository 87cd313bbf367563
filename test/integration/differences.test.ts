import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import { PostgresDifferences, type StoredDifference } from '../../src/db/postgres-differences.ts';
import type { Difference } from '../../src/engine/orders/difference.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

let opened: TestDatabase;
let book: PostgresDifferences;
beforeAll(async () => {
  opened = await testDatabase();
  book = new PostgresDifferences(opened.database);
});
beforeEach(() => opened.database.sql`truncate differences restart identity`);
afterAll(() => opened.close());

const differenceOf = (key: string, changes: Partial<Difference> = {}): Difference => ({
  ...{ key, kind: 'POSITION_DIFFERS', level: 'critical', instrumentId: 'NSE:INFY' as InstrumentId },
  ...{
    orders: ['b7k2m9q4x1c8v5n3', '260817000123456'],
    numbers: { ours: 10, theirs: -4 },
    text: `"${key}" differs; look.`,
  },
  ...changes,
});
const ONE = differenceOf('one');
const OTHER = differenceOf('other', {
  kind: 'HAND_MADE_ORDER',
  level: 'info',
  instrumentId: null,
  orders: [],
  numbers: {},
});

const keys = (rows: readonly StoredDifference[]): readonly string[] => rows.map(({ key }) => key);

describe('differences in the database', () => {
  test('are kept as they were found', async () => {
    const fresh = await book.record([ONE, OTHER], 1_000, true);
    expect(fresh).toEqual([
      { ...ONE, id: 1, foundTime: 1_000, seenTime: 1_000 },
      { ...OTHER, id: 2, foundTime: 1_000, seenTime: 1_000 },
    ]);
    expect(await book.open()).toEqual(fresh);
  });

  test('are one row each for as long as they last, with their newest words', async () => {
    await book.record([ONE], 1_000, true);
    await book.record(
      [{ ...ONE, text: 'It still differs.' }, ONE, { ...ONE, text: 'Twice in one look.' }],
      2_000,
      true,
    );
    expect(await book.open()).toMatchObject([{ foundTime: 1_000, seenTime: 2_000, text: 'Twice in one look.' }]);
  });

  test('are new until they were told', async () => {
    const [first] = await book.record([ONE], 1_000, true);
    expect(keys(await book.record([ONE, OTHER], 2_000, true)), 'a crash came before the alert').toEqual([
      'one',
      'other',
    ]);
    await book.markTold([first?.id ?? 0], 2_500);
    expect(keys(await book.record([ONE, OTHER], 3_000, true))).toEqual(['other']);
    await book.markTold([], 3_000);
  });

  test('that are gone are resolved; when they come back they are new', async () => {
    const [first] = await book.record([ONE, OTHER], 1_000, true);
    await book.markTold([first?.id ?? 0], 1_000);
    expect(keys(await book.record([OTHER], 2_000, true))).toEqual(['other']);
    expect(keys(await book.open())).toEqual(['other']);
    expect(await opened.database.sql`select resolved_time from differences where key = 'one'`).toEqual([
      { resolved_time: 2_000 },
    ]);
    expect(await book.record([ONE, OTHER], 3_000, true)).toMatchObject([
      { key: 'other' },
      { key: 'one', foundTime: 3_000 },
    ]);
    await book.record([], 4_000, true);
    expect(await book.open()).toEqual([]);
  });

  test('are not resolved by a look that proves nothing', async () => {
    await book.record([ONE], 1_000, true);
    await book.record([OTHER], 2_000, false);
    expect(keys(await book.open())).toEqual(['one', 'other']);
  });

  test('stand a clock that goes back', async () => {
    const [first] = await book.record([ONE], 2_000, true);
    await book.record([ONE], 1_000, true);
    await book.markTold([first?.id ?? 0], 1_000);
    await book.record([], 500, true);
    expect(await opened.database.sql`select seen_time, told_time, resolved_time from differences`).toEqual([
      { seen_time: 2_000, told_time: 2_000, resolved_time: 2_000 },
    ]);
  });

  test('can be recorded by two at once', async () => {
    await Promise.all(Array.from({ length: 4 }, (_, at) => book.record([ONE, OTHER], 1_000 + at, true)));
    expect(keys(await book.open()).toSorted()).toEqual(['one', 'other']);
  });

  test('about rules and about orders leave each other alone', async () => {
    const rule = differenceOf('rule', { kind: 'GTT_FOREIGN', level: 'info' });
    await book.record([ONE], 1_000, true);
    expect(keys(await book.record([rule], 1_000, true, 'rules')), 'nobody has told of it').toEqual(['rule']);
    await book.record([], 2_000, true, 'rules');
    expect(keys(await book.open())).toEqual(['one']);
    await book.record([rule], 3_000, true, 'rules');
    await book.record([], 4_000, true);
    expect(keys(await book.open())).toEqual(['rule']);
  });
});
