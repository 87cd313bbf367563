import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { Exchange } from '../../src/core/instrument.ts';
import { PostgresInstruments } from '../../src/db/postgres-instruments.ts';
import { BROKER, importInstruments } from '../../src/instruments/import-instruments.ts';
import { listingsOf, masterText } from '../../src/simulators/angel-one/master/make-master.ts';
import { dayNumber, ist } from '../support/fixed-calendar.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

/** A list as the simulator makes it: the six indices twice, ten popular shares, contracts of every exchange. */
const DAY = '2026-11-20';

let opened: TestDatabase;
let store: PostgresInstruments;
beforeAll(async () => {
  opened = await testDatabase();
  store = new PostgresInstruments(opened.database, BROKER);
  const text = [...masterText(listingsOf([]), { day: dayNumber(DAY), fillerRows: 6_000 })].join('');
  const file = join(mkdtempSync(join(tmpdir(), 'signalman-list-')), 'list.json.gz');
  writeFileSync(file, gzipSync(text));
  await importInstruments(opened.database, {
    ...{ source: { kind: 'file', path: file }, fewest: 4_000, isSimulated: true, now: () => ist(DAY, '08:30') },
  });
  rmSync(dirname(file), { recursive: true });
});
afterAll(() => opened.close());

async function search(words: string, exchange?: Exchange): Promise<readonly string[]> {
  const { listings } = await store.search({ words, limit: 500, ...(exchange && { exchange }) });
  return listings.map(({ instrument }) => instrument.id);
}

describe('the stored list', () => {
  it.each([
    ['NIFTY', 'NSE:NIFTY 50'],
    ['nifty 50', 'NSE:NIFTY 50'],
    ['BANKNIFTY', 'NSE:NIFTY BANK'],
    ['bank nifty', 'NSE:NIFTY BANK'],
    ['FINNIFTY', 'NSE:NIFTY FIN SERVICE'],
    ['MIDCPNIFTY', 'NSE:NIFTY MID SELECT'],
    ['SENSEX', 'BSE:SENSEX'],
    ['BANKEX', 'BSE:BANKEX'],
    ...['RELIANCE', 'TCS', 'HDFCBANK', 'ICICIBANK', 'HINDUNILVR'].map((name) => [name, `NSE:${name}`] as const),
    ...['INFY', 'ITC', 'KOTAKBANK', 'LT', 'AXISBANK'].map((name) => [name.toLowerCase(), `NSE:${name}`] as const),
  ] as const)('knows %s by its plain name, and finds it first', async (name, id) => {
    expect((await store.byName(name))?.instrument.id).toBe(id);
    expect((await search(name))[0]).toBe(id);
  });

  it('finds the indices of a name before anything else, wherever they are', async () => {
    const found = await search('nifty');
    const indices = [
      'NSE:NIFTY BANK',
      'NSE:NIFTY FIN SERVICE',
      'NSE:NIFTY MID SELECT',
      'NSE:NIFTY IT',
      'NSE:NIFTY 500',
    ];
    expect(found[0]).toBe('NSE:NIFTY 50');
    expect(new Set(found.slice(1, 6))).toEqual(new Set(indices));
    expect(found[6], 'then the nearest contract').toBe('NFO:NIFTY:2026-11-24:FUT');
  });

  it('finds contracts by words in any order, the nearest expiry first', async () => {
    const found = await search('fut nifty');
    const own = found.filter((id) => id.startsWith('NFO:NIFTY:'));
    expect(own).toEqual([...own].sort());
    expect(found.slice(0, own.length)).toEqual(own);
    expect(await search('NIFTY FUT')).toEqual(found);
    const [call] = await search('ce 26000 nifty');
    expect(call).toBe('NFO:NIFTY:2026-11-24:26000:CE');
    expect((await search('nifty24nov2626000ce'))[0]).toBe(call);
    expect((await search(call ?? ''))[0]).toBe(call);
  });

  it('finds on one exchange what was asked for there', async () => {
    expect((await search('reliance', 'BSE'))[0]).toBe('BSE:RELIANCE');
    expect((await search('reliance', 'BSE')).every((id) => id.startsWith('BSE:'))).toBe(true);
    expect((await search('usdinr fut'))[0]).toMatch(/^CDS:USDINR:.*:FUT$/);
  });

  it('takes signs of patterns for what they are, and finds nothing for nothing', async () => {
    for (const words of ['%', '_', 'NIFTY%', "'; drop table instruments; --", '\\', '   ', ':']) {
      expect(await search(words), words).toEqual([]);
    }
    expect(await search('m&m')).not.toEqual([]);
  });

  it('tells how many there are beyond the limit', async () => {
    const { total, listings } = await store.search({ words: 'NIFTY', limit: 3 });
    expect(listings).toHaveLength(3);
    expect(total).toBe((await search('NIFTY')).length);
  });

  it('has expiries and lots of an index, of a share and of a commodity from its contracts', async () => {
    const nifty = await store.expiriesOf({ id: 'NSE:NIFTY 50' as InstrumentId });
    expect(nifty.map(({ expiry }) => expiry)).toEqual(['2026-11-24', '2026-12-01', '2026-12-08']);
    expect(nifty[0]).toMatchObject({ exchange: 'NFO', lotSize: 65, hasFuture: true });
    expect((await store.expiriesOf({ id: 'BSE:SENSEX' as InstrumentId }))[0]).toMatchObject({ lotSize: 20 });
    expect((await store.expiriesOf({ symbol: 'GOLD' }))[0]).toMatchObject({ exchange: 'MCX', lotSize: 100 });
    expect(await store.expiriesOf({ id: 'NSE:NOBODY' as InstrumentId })).toEqual([]);
  });

  it('gives an instrument by its token, in its own segment', async () => {
    const nifty = await store.byToken('NSE', '99926000');
    expect(nifty).toMatchObject({ instrument: { id: 'NSE:NIFTY 50', kind: 'INDEX' }, tradingSymbol: 'Nifty 50' });
    expect(await store.byToken('BSE', '99926000')).toBeUndefined();
    expect(await store.byName('NOBODY')).toBeUndefined();
  });
});
