import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AngelOneQuotes } from '../../src/brokers/angel-one/angel-one-quotes.ts';
import { TokenBook } from '../../src/brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { Exchange } from '../../src/core/instrument.ts';
import { PostgresInstruments } from '../../src/db/postgres-instruments.ts';
import { PostgresOptions } from '../../src/db/postgres-options.ts';
import { BROKER, importInstruments } from '../../src/instruments/import-instruments.ts';
import type { OptionList } from '../../src/ports/option-list.ts';
import { listingsOf, masterText } from '../../src/simulators/angel-one/master/make-master.ts';
import { listedOptions } from '../../src/worker/listed-options.ts';
import { doneOf, openTestAdapter } from '../support/angel-one-adapter.ts';
import { CALL, INFY, MORNING, NIFTY } from '../support/angel-one-simulator.ts';
import { dayNumber, ist, testInstrument } from '../support/fixed-calendar.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const DAY = '2026-11-20';
const RELIANCE = testInstrument('NSE:RELIANCE');
const BANK = testInstrument('NSE:NIFTY BANK', { kind: 'INDEX', symbol: 'NIFTY BANK' });

function option(
  exchange: Exchange,
  symbol: string,
  underlying: string | null,
  expiry: string,
  strike: number,
  type = 'CE',
) {
  const optionType = type as 'CE' | 'PE';
  return testInstrument(`${exchange}:${symbol}:${expiry}:${strike}:${optionType}`, {
    ...{ exchange, symbol, kind: 'OPTION', lotSize: 75, expiry, strike, optionType },
    underlying: underlying as InstrumentId | null,
  });
}

/** Chains of an index, of a share, and of one whose strikes are no whole rupees. */
const LISTED = [
  ...[NIFTY, BANK, INFY, RELIANCE],
  option('NFO', 'NIFTY', NIFTY.id, '2026-12-01', 26_000),
  ...[25_900, 26_000, 9_950].flatMap((strike) => [
    option('NFO', 'NIFTY', NIFTY.id, '2026-11-24', strike, 'PE'),
    option('NFO', 'NIFTY', NIFTY.id, '2026-11-24', strike),
  ]),
  // Another chain with the same expiry at the same exchange.
  option('NFO', 'BANKNIFTY', BANK.id, '2026-11-24', 25_950),
  option('NFO', 'RELIANCE', RELIANCE.id, '2026-11-26', 1_402.5),
];

let opened: TestDatabase;
let lists: Readonly<Record<'stored' | 'listed', OptionList>>;
beforeAll(async () => {
  opened = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'signalman-options-'));
  const file = join(folder, 'list.json');
  writeFileSync(file, [...masterText(listingsOf(LISTED), { day: dayNumber(DAY) })].join(''));
  await importInstruments(opened.database, {
    ...{ source: { kind: 'file', path: file }, fewest: 1, isSimulated: true, now: () => ist(DAY, '08:30') },
  });
  rmSync(folder, { recursive: true });
  const ids = LISTED.map(({ id }) => id);
  const stored = await new PostgresInstruments(opened.database, BROKER).byIds(ids);
  expect(stored.map(({ instrument }) => instrument.id).toSorted(), 'all were taken over').toEqual(ids.toSorted());
  lists = {
    stored: new PostgresOptions(opened.database, BROKER),
    listed: listedOptions(LISTED),
  };
});
afterAll(() => opened.close());

describe.each(['stored', 'listed'] as const)('the options that are %s', (which) => {
  it.each(['NIFTY', 'nifty', ' Nifty 50 ', 'NSE:NIFTY 50'])('are found by %o', async (name) => {
    expect(await lists[which].underlying(name)).toEqual({
      ...{ exchange: 'NFO', symbol: 'NIFTY', instrumentId: 'NSE:NIFTY 50', expiries: ['2026-11-24', '2026-12-01'] },
    });
  });

  it('are found by a share, and none by what has none', async () => {
    expect(await lists[which].underlying('reliance')).toMatchObject({ symbol: 'RELIANCE', expiries: ['2026-11-26'] });
    expect(await lists[which].underlying('INFY')).toBeUndefined();
    expect(await lists[which].underlying('')).toBeUndefined();
    expect(await lists[which].underlying("x'; drop table instruments")).toBeUndefined();
  });

  it('come by strike as a number, of one expiry', async () => {
    const contracts = await lists[which].contracts({ exchange: 'NFO', symbol: 'NIFTY' }, '2026-11-24');
    expect(contracts.map(({ strike }) => strike)).toEqual([9_950, 9_950, 25_900, 25_900, 26_000, 26_000]);
    expect(contracts[0]).toEqual({
      ...{ instrumentId: expect.stringMatching(/^NFO:NIFTY:2026-11-24:9950:/), strike: 9_950 },
      optionType: expect.stringMatching(/^(CE|PE)$/),
    });
    expect(await lists[which].contracts({ exchange: 'NFO', symbol: 'RELIANCE' }, '2026-11-26')).toMatchObject([
      { strike: 1_402.5, optionType: 'CE' },
    ]);
    expect(await lists[which].contracts({ exchange: 'NFO', symbol: 'NIFTY' }, '2026-11-25')).toEqual([]);
  });
});

describe('prices that Angel One is asked for', () => {
  it('come with open interest for contracts, in one call, and not at all for what has never traded', async () => {
    const { market, angel, book, patiently } = await openTestAdapter();
    await market.print(market.listing(NIFTY.id), 26_021.35);
    const quotes = new AngelOneQuotes({ client: angel.client, book, clock: market.clock });
    const all = [INFY.id, NIFTY.id, CALL.id, INFY.id, 'NSE:NOBODY' as InstrumentId];
    const told = doneOf(await patiently(quotes.quotesOf(all)));
    expect(told.toSorted((a, b) => a.lastPrice - b.lastPrice)).toEqual([
      {
        ...{ instrumentId: INFY.id, lastPrice: 1_500, bid: 1_499.95, ask: 1_500.05, time: MORNING },
        ...{ volume: 100, openInterest: null },
      },
      expect.objectContaining({ instrumentId: NIFTY.id, lastPrice: 26_021.35, openInterest: null }),
    ]);
    await market.print(market.listing(CALL.id), 152.4);
    expect(doneOf(await patiently(quotes.quotesOf([CALL.id])))).toMatchObject([
      { lastPrice: 152.4, openInterest: 1_000 },
    ]);
    expect(await quotes.quotesOf([]), 'nobody is asked for nothing').toEqual({ kind: 'done', value: [] });
  });

  it('are asked for by names that others have, where the worker lists an instrument not itself', async () => {
    const { angel, book, market, patiently } = await openTestAdapter();
    const asked: (readonly InstrumentId[])[] = [];
    const infy = book.byId(INFY.id);
    const own = new TokenBook([]);
    const quotes = new AngelOneQuotes({
      ...{ client: angel.client, book: own, clock: market.clock },
      namesOf: async (ids) => {
        asked.push(ids);
        return infy ? [infy] : [];
      },
    });
    expect(doneOf(await patiently(quotes.quotesOf([INFY.id, CALL.id])))).toMatchObject([{ lastPrice: 1_500 }]);
    expect(asked).toEqual([[INFY.id, CALL.id]]);
  });
});
