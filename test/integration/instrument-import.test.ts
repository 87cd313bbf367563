import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { ImportFacts } from '../../src/db/import-listings.ts';
import { PostgresInstruments, type StoredListing } from '../../src/db/postgres-instruments.ts';
import { instrumentImports } from '../../src/db/schema/market-data.ts';
import { BROKER, type InstrumentImport, importInstruments } from '../../src/instruments/import-instruments.ts';
import type { ListSource } from '../../src/instruments/list-source.ts';
import { ist } from '../support/fixed-calendar.ts';
import {
  callRow,
  futureRow,
  indexRow,
  type ListRow,
  listServer,
  servedRows,
  shareRow,
} from '../support/instrument-list.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const CHILD = fileURLToPath(new URL('instrument-import-child.ts', import.meta.url));
const FRIDAY = ist('2026-11-20', '08:30');
const MONDAY = ist('2026-11-23', '08:30');
const ROWS: readonly ListRow[] = [
  indexRow('Nifty 50', 'NIFTY', '99926000'),
  shareRow('RELIANCE', '2885'),
  shareRow('TCS', '11536'),
  futureRow('NIFTY', '24NOV2026', '5001'),
  callRow('NIFTY', '24NOV2026', 26_000, '5002'),
];

let opened: TestDatabase;
let store: PostgresInstruments;
beforeAll(async () => {
  opened = await testDatabase();
  store = new PostgresInstruments(opened.database, BROKER);
});
beforeEach(() => opened.database.sql`truncate instrument_imports, broker_instruments, instruments cascade`);
afterAll(() => opened.close());

function take(source: ListSource, changes: Partial<InstrumentImport> = {}): Promise<ImportFacts | null> {
  return importInstruments(opened.database, {
    ...{ source, fewest: null, isSimulated: true, now: () => FRIDAY, ...changes },
  });
}

async function takeRows(rows: readonly unknown[], changes: Partial<InstrumentImport> = {}): Promise<ImportFacts> {
  const { url } = await listServer((response) => response.end(JSON.stringify(rows)));
  const facts = await take({ kind: 'address', url }, changes);
  if (facts === null) throw new Error('Expected facts of an import, found none');
  return facts;
}

/** Everything that can be read of the list, to compare before and after. */
async function everything(): Promise<unknown> {
  const { sql } = opened.database;
  return [
    await sql`select * from instruments order by id`,
    await sql`select * from broker_instruments order by instrument_id`,
    await sql`select * from instrument_imports order by id`,
  ];
}

const byId = async (id: string): Promise<StoredListing | undefined> => (await store.byIds([id as InstrumentId]))[0];

describe('an import', () => {
  it('brings each instrument with its tick, lot, expiry and strike, and says what it did', async () => {
    const facts = await takeRows([...ROWS, shareRow('GOLDBOND', '7', { symbol: 'GOLDBOND-SG' }), null]);
    expect(facts).toMatchObject({
      ...{ rows: 7, listed: 5, added: 5, moved: 0, vanished: 0, refused: { 'other-series': 1, 'not-a-row': 1 } },
      ...{ listTime: FRIDAY, importedTime: FRIDAY },
    });
    expect(await store.lastImport()).toEqual(facts);
    expect(await byId('NFO:NIFTY:2026-11-24:26000:CE')).toEqual({
      instrument: {
        ...{ id: 'NFO:NIFTY:2026-11-24:26000:CE', exchange: 'NFO', symbol: 'NIFTY', kind: 'OPTION', tickSize: 0.05 },
        ...{ name: 'NIFTY 2026-11-24 26000 CE', lotSize: 65, freezeQuantity: 1_800, expiry: '2026-11-24' },
        ...{ strike: 26_000, optionType: 'CE', underlying: 'NSE:NIFTY 50', hasDerivatives: false },
      },
      ...{ segment: 'NFO', token: '5002', tradingSymbol: 'NIFTY24NOV202626000CE', lastSeenDay: null },
    });
  });

  it('of the same list changes nothing but that it was there', async () => {
    await takeRows(ROWS);
    const [instruments] = (await everything()) as unknown[];
    const facts = await takeRows(ROWS, { now: () => MONDAY });
    expect(facts).toMatchObject({ added: 0, moved: 0, vanished: 0, listed: 5 });
    expect(((await everything()) as unknown[])[0], 'no row was written again').toEqual(instruments);
  });

  it('marks what is gone with the day it was last seen, keeps it, and takes it up again', async () => {
    await takeRows(ROWS);
    const without = ROWS.filter(({ name }) => name !== 'TCS');
    expect(await takeRows(without, { now: () => MONDAY })).toMatchObject({ vanished: 1, listed: 4 });
    expect(await byId('NSE:TCS')).toMatchObject({ lastSeenDay: '2026-11-20', token: '11536' });
    expect(await store.byToken('NSE', '11536')).toBeUndefined();
    await takeRows(ROWS, { now: () => MONDAY });
    expect(await byId('NSE:TCS')).toMatchObject({ lastSeenDay: null });
  });

  it('follows tokens that go from one instrument to another, also when two change theirs', async () => {
    await takeRows(ROWS);
    const swapped = [shareRow('RELIANCE', '11536'), shareRow('TCS', '2885'), futureRow('NIFTY', '01DEC2026', '5001')];
    expect(await takeRows(swapped, { now: () => MONDAY })).toMatchObject({ moved: 2, added: 1, vanished: 3 });
    expect((await store.byToken('NSE', '2885'))?.instrument.id).toBe('NSE:TCS');
    expect((await store.byToken('NSE', '11536'))?.instrument.id).toBe('NSE:RELIANCE');
    expect((await store.byToken('NFO', '5001'))?.instrument.id).toBe('NFO:NIFTY:2026-12-01:FUT');
    expect(await byId('NFO:NIFTY:2026-11-24:FUT')).toMatchObject({ token: '5001', lastSeenDay: '2026-11-20' });
  });

  it('of a changed lot size has the new one', async () => {
    await takeRows(ROWS);
    await takeRows([...ROWS.slice(0, 3), futureRow('NIFTY', '24NOV2026', '5001', { lotsize: '75' })]);
    expect((await byId('NFO:NIFTY:2026-11-24:FUT'))?.instrument.lotSize).toBe(75);
  });

  it('leaves out what no table could hold and no terminal should show, and counts it', async () => {
    const odd = [
      shareRow('NUL\u0000', '1'),
      shareRow('HALF\ud800', '2'),
      shareRow('ESC\u001b[2J', '3'),
      shareRow('X'.repeat(3_000), '4'),
      callRow('NIFTY', '24NOV2026', 1e11, '6'),
      callRow('N'.repeat(3_000), '24NOV2026', 100, '7'),
    ];
    expect(await takeRows([...ROWS, ...odd])).toMatchObject({
      listed: 5,
      refused: { 'bad-symbol': 5, 'bad-strike': 1 },
    });
  });

  it('of any lists, one after the other, leaves the last one and the last days of the others', async () => {
    const symbol = fc.constantFrom('ACC', 'BEL', 'CIPLA', 'DLF', 'EICHER');
    const list = fc.uniqueArray(fc.record({ symbol, token: fc.integer({ min: 1, max: 6 }) }), {
      ...{ minLength: 1, selector: ({ symbol: name }) => name },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(list, { minLength: 1, maxLength: 5 }), async (lists) => {
        await opened.database.sql`truncate instrument_imports, broker_instruments, instruments cascade`;
        const seen = new Map<string, string>();
        let last = new Map<string, string>();
        for (const [number, each] of lists.entries()) {
          const tokens = new Set<number>();
          const kept = each.filter(({ token }) => !tokens.has(token) && tokens.add(token));
          last = new Map(kept.map(({ symbol: name, token }) => [`NSE:${name}`, String(token)]));
          for (const id of last.keys()) seen.set(id, `2026-11-0${number + 1}`);
          await takeRows(
            each.map(({ symbol: name, token }) => shareRow(name, String(token))),
            { now: () => ist(`2026-11-0${number + 1}`, '08:30') },
          );
        }
        const stored = await store.byIds([...seen.keys()] as InstrumentId[]);
        const listed = stored.filter(({ lastSeenDay }) => lastSeenDay === null);
        expect(new Map(listed.map(({ instrument, token }) => [instrument.id, token]))).toEqual(last);
        for (const { instrument, lastSeenDay } of stored) {
          if (lastSeenDay !== null) expect(lastSeenDay).toBe(seen.get(instrument.id));
        }
        expect(stored).toHaveLength(seen.size);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a list that is not to be believed changes nothing and says so in a line', () => {
  const whole = JSON.stringify(ROWS);
  const answers: [string, Parameters<typeof listServer>[0], RegExp][] = [
    [
      'that breaks off',
      (r) => void r.writeHead(200, { 'content-length': whole.length }).write(whole.slice(0, -30), () => r.destroy()),
      /broke off/,
    ],
    ['that ends early', (r) => void r.end(whole.slice(0, -30)), /cut short or damaged/],
    ['that ends early and is packed', (r) => void r.end(gzipSync(whole).subarray(0, -12)), /ends early or is damaged/],
    ['that is a page of HTML', (r) => void r.end('<html>\nmaintenance</html>'), /a page of HTML/],
    ['that is no list', (r) => void r.end('{"status":false}'), /something else that begins with/],
    ['that is empty', (r) => void r.end(), /found nothing/],
    ['of no rows', (r) => void r.end('[]'), /at least 1 instruments, found 0/],
    ['of refused rows alone', (r) => void r.end('[1,2,3]'), /at least 1 instruments, found 0/],
    ['that is not there', (r) => void r.writeHead(404).end('gone'), /HTTP 404/],
  ];
  it.each(answers)('%s', async (_, answer, words) => {
    await takeRows(ROWS);
    const before = await everything();
    const { url } = await listServer(answer);
    const error = await take({ kind: 'address', url }).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).not.toContain('\n');
    expect(await everything()).toEqual(before);
  });

  const many = (count: number, prefix = 'A'): ListRow[] =>
    Array.from({ length: count }, (_, number) => shareRow(`${prefix}${number}`, `${prefix === 'A' ? 1 : 2}${number}`));

  it('with less than half of the instruments of the last one, until it is asked for', async () => {
    let rows = many(40);
    const { url } = await servedRows(() => rows);
    const source = { kind: 'address', url } as const;
    await take(source);
    rows = many(19);
    await expect(take(source)).rejects.toThrow(
      `${url}: expected at least 20 instruments, found 19: nothing was changed. If that is right, say so with --fewest 19.`,
    );
    expect((await take(source, { fewest: 19 }))?.listed).toBe(19);
  });

  it("with too few instruments to be the broker's", async () => {
    await expect(takeRows(ROWS, { isSimulated: false })).rejects.toThrow(
      'expected at least 10000 instruments, found 5',
    );
  });

  it('without an exchange that it had', async () => {
    const bse = many(150, 'B').map((row) => ({ ...row, symbol: row.name ?? '', exch_seg: 'BSE' }));
    let rows = [...many(400), ...bse];
    const { url } = await servedRows(() => rows);
    await take({ kind: 'address', url });
    rows = many(400);
    await expect(take({ kind: 'address', url })).rejects.toThrow('expected about 150 instruments of BSE, found 0');
  });

  it('that is older than the one before', async () => {
    await takeRows(ROWS);
    const file = writeText(tempFolder(), 'list.json', whole);
    utimesSync(file, new Date(FRIDAY), new Date(ist('2026-11-19', '08:30')));
    await expect(take({ kind: 'file', path: file })).rejects.toThrow('is of 2026-11-19T08:30:00+05:30, the list in');
  });

  it('that is no file, or a folder', async () => {
    await expect(take({ kind: 'file', path: '/nowhere/list.json' })).rejects.toThrow(
      '/nowhere/list.json: expected a file',
    );
    await expect(take({ kind: 'file', path: tempFolder() })).rejects.toThrow('found a folder');
  });
});

describe('two imports at once', () => {
  it('go one after the other, and the second says that it waits', async () => {
    let release = (): void => undefined;
    const slow = await listServer((response) => {
      response.write('[');
      release = () => response.end(JSON.stringify(ROWS).slice(1));
    });
    const first = take({ kind: 'address', url: slow.url });
    await expect.poll(slow.asked).toBe(1);
    let waits = 0;
    const onWait = (): void => {
      waits += 1;
      release();
    };
    const other = [shareRow('INFY', '1594')];
    const second = takeRows(other, { onWait, fewest: 1 });
    expect((await first)?.listed).toBe(5);
    expect((await second).vanished, 'it came after the first').toBe(5);
    expect(waits).toBe(1);
  });

  it('do the work once when the first has brought what the second wanted', async () => {
    const { url, asked } = await servedRows(ROWS);
    const isDone = (last: ImportFacts | undefined): boolean => last !== undefined;
    const both = await Promise.all([1, 2].map(() => take({ kind: 'address', url }, { isDone })));
    expect(both.filter((facts) => facts === null)).toHaveLength(1);
    expect(asked()).toBe(1);
  });
});

it('an import that is killed in the middle leaves the list before it, and the next one goes through', async () => {
  await takeRows(ROWS);
  const before = await everything();
  const rows = Array.from({ length: 5_000 }, (_, number) =>
    futureRow(`K${number}`, '24NOV2026', String(100_000 + number)),
  );
  const text = JSON.stringify(rows);
  // Most of it comes, the end never does.
  const { url } = await listServer((response) => void response.write(text.slice(0, -1_000)));
  const child = spawn(process.execPath, [CHILD, opened.database.url, opened.schema, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const staged = async (): Promise<number> => {
    const [row] = await opened.database.sql<{ count: number }[]>`
      select count(*)::int as count from pg_stat_activity
      where state = 'idle in transaction' and query like 'insert into listing_stage%'`;
    return row?.count ?? 0;
  };
  await expect.poll(staged, { timeout: 5_000 }).toBe(1);
  child.kill('SIGKILL');
  await exit;
  expect(await everything()).toEqual(before);
  expect((await takeRows(ROWS)).listed).toBe(5);
});

it('what is kept of an import tells no password of its address', async () => {
  const { url } = await servedRows(ROWS);
  const secret = new URL(url);
  secret.search = '?key=s3cret';
  await take({ kind: 'address', url: secret.href });
  const [row] = await opened.database.orm.select().from(instrumentImports);
  expect(row?.source).toBe(url);
});
