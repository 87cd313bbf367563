import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { type DaysList, daysList } from '../../src/instruments/days-list.ts';
import { fixedCalendar, ist } from '../support/fixed-calendar.ts';
import {
  futureRow,
  type ListRow,
  type ListServer,
  listServer,
  servedRows,
  shareRow,
} from '../support/instrument-list.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const ROWS: readonly ListRow[] = [
  shareRow('RELIANCE', '2885'),
  shareRow('TCS', '11536'),
  futureRow('NIFTY', '20NOV2026', '5000'),
  futureRow('NIFTY', '24NOV2026', '5001'),
];
const IDS = [
  'NSE:RELIANCE',
  'NSE:TCS',
  'NFO:NIFTY:2026-11-20:FUT',
  'NFO:NIFTY:2026-11-24:FUT',
  'NSE:NOBODY',
] as InstrumentId[];
const FRIDAY = ist('2026-11-20', '08:30');
const MONDAY = ist('2026-11-23', '08:30');

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
});
beforeEach(() => opened.database.sql`truncate instrument_imports, broker_instruments, instruments cascade`);
afterAll(() => opened.close());

function listOf(server: ListServer, time: EpochMs): Promise<DaysList> {
  return daysList(opened.database, {
    ...{ url: server.url, isSimulated: true, calendar: fixedCalendar, ids: IDS, now: () => time },
  });
}

const idsOf = ({ listed }: DaysList): readonly string[] => listed.map(({ instrument }) => instrument.id).sort();

describe("the day's list", () => {
  it("is the broker's, asked for once a day", async () => {
    const server = await servedRows(ROWS);
    const first = await listOf(server, FRIDAY);
    expect(idsOf(first)).toEqual([...IDS].filter((id) => id !== 'NSE:NOBODY').sort());
    expect([first.warning, first.refused.size]).toEqual([null, 0]);
    await listOf(server, FRIDAY + 60_000);
    expect(server.asked()).toBe(1);
    await listOf(server, MONDAY);
    expect(server.asked()).toBe(2);
  });

  it('is the one before when the broker has none: shares go on, contracts are refused, each with its reason', async () => {
    let isUp = true;
    const server = await listServer((response) => {
      if (isUp) response.end(JSON.stringify(ROWS));
      else response.writeHead(503).end();
    });
    await listOf(server, FRIDAY);
    isUp = false;
    const monday = await listOf(server, MONDAY);
    expect(idsOf(monday)).toEqual(['NSE:RELIANCE', 'NSE:TCS']);
    expect(monday.refused.get(IDS[2] as InstrumentId)).toBe(`${IDS[2]} is not traded: it expired on 2026-11-20.`);
    expect(monday.refused.get(IDS[3] as InstrumentId)).toBe(
      `${IDS[3]} is not traded. The list of instruments is of 2026-11-20T08:30:00+05:30, 1 trading day old: futures and options are not traded from it.`,
    );
    expect(monday.warning).toBe(
      `The list of instruments at ${server.url} was answered with HTTP 503: try again later. The list of instruments is of 2026-11-20T08:30:00+05:30, 1 trading day old: futures and options are not traded from it.`,
    );
  });

  it('refuses a share that the broker no longer lists, and what has expired', async () => {
    let rows = ROWS;
    const server = await servedRows(() => rows);
    await listOf(server, FRIDAY);
    rows = ROWS.filter(({ name }) => name !== 'TCS');
    const { refused, warning } = await listOf(server, MONDAY);
    expect(warning).toBeNull();
    expect([...refused.keys()].sort()).toEqual(['NFO:NIFTY:2026-11-20:FUT', 'NSE:TCS']);
    expect(refused.get('NSE:TCS' as InstrumentId)).toBe(
      "NSE:TCS is not traded: the broker's list had it on 2026-11-20 for the last time.",
    );
  });

  it('is asked for again when the stored one is from elsewhere', async () => {
    await listOf(await servedRows([shareRow('RELIANCE', '1')]), FRIDAY);
    const { listed } = await listOf(await servedRows(ROWS), FRIDAY);
    expect(listed.find(({ instrument }) => instrument.id === 'NSE:RELIANCE')?.token).toBe('2885');
  });

  it('is missing with a word on why when there never was one', async () => {
    const server = await listServer((response) => response.end('<html>'));
    await expect(listOf(server, FRIDAY)).rejects.toThrow(/a page of HTML.*\. No earlier list is stored\.$/);
  });
});
