import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../src/core/ids.ts';
import { startOfDay } from '../../src/core/time.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { PostgresQuotes } from '../../src/db/postgres-quotes.ts';
import { PostgresViews } from '../../src/db/postgres-views.ts';
import { saveInstruments } from '../../src/db/save-instruments.ts';
import { enter } from '../../src/engine/strategy/strategy.ts';
import { THURSDAY } from '../support/build-candle.ts';
import { at, decideAt, EngineBench, RELIANCE } from '../support/engine-bench.ts';
import { dayNumber, testInstrument } from '../support/fixed-calendar.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const DAY = dayNumber(THURSDAY);
const TODAY = { from: startOfDay(DAY), to: startOfDay(DAY + 1) };
const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

let opened: TestDatabase;
let views: PostgresViews;
let quotes: PostgresQuotes;
let ledger: PostgresLedger;
beforeAll(async () => {
  opened = await testDatabase();
  const { database } = opened;
  views = new PostgresViews(database);
  quotes = new PostgresQuotes(database, (error) => expect.unreachable(String(error)));
  ledger = new PostgresLedger(database, 'live');
});
beforeEach(async () => {
  const { sql } = opened.database;
  await sql`truncate instruments, quotes, candles, signals, positions cascade`;
});
afterAll(() => opened.close());

async function price(id: InstrumentId, lastPrice: number, time = at('10:05')): Promise<void> {
  const none = { openInterest: null, sequence: null };
  await quotes.appendQuotes([
    { instrumentId: id, time, lastPrice, volume: 0, bid: lastPrice - 1, ask: lastPrice + 1, ...none },
  ]);
  await quotes.flush();
}

describe('what is watched', () => {
  it('is the list of the latest start, with the first price of the day and the latest', async () => {
    const { database } = opened;
    const [gone, old, fresh] = ['NSE:GONE', 'NSE:OLD', 'NSE:AAA'].map((id) => testInstrument(id));
    if (!gone || !old || !fresh) throw new Error('Expected three');
    await saveInstruments(database, [gone, old], 1_000);
    await saveInstruments(database, [old, fresh, RELIANCE], 2_000);
    await price(RELIANCE.id, 105);
    await price(gone.id, 7);
    const minute = (day: number, minutes: number, open: number) => database.sql`
      insert into candles (instrument_id, timeframe, open_time, open, high, low, close, volume, provenance)
      values (${RELIANCE.id}, '1m', ${startOfDay(day) + minutes * 60_000}, ${open}, ${open}, ${open}, ${open}, 1, 'live')`;
    await minute(DAY - 1, 555, 90);
    await minute(DAY, 556, 101);
    await minute(DAY, 555, 100);
    const none = { lastPrice: null, time: null, bid: null, ask: null, firstPrice: null };
    expect(await views.watch(TODAY)).toEqual([
      { instrumentId: fresh.id, ...none },
      { instrumentId: old.id, ...none },
      { instrumentId: RELIANCE.id, lastPrice: 105, time: at('10:05'), bid: 104, ask: 106, firstPrice: 100 },
    ]);
  });

  it('is read at once, five hundred instruments with a whole day of candles', async () => {
    const { database } = opened;
    const many = Array.from({ length: 500 }, (_, index) => testInstrument(`NSE:S${String(index).padStart(3, '0')}`));
    await saveInstruments(database, many.toReversed(), 1_000);
    await database.sql`
      insert into quotes (instrument_id, time, last_price, volume)
      select id, ${at('15:29')}, 110, 0 from instruments`;
    await database.sql`
      insert into candles (instrument_id, timeframe, open_time, open, high, low, close, volume, provenance)
      select id, '1m', ${at('09:15')}::bigint + minute * 60000, 100 + minute, 1000, 1, 100, 1, 'live'
      from instruments, generate_series(0, 374) as minute`;
    await database.sql`analyze candles`;
    const begun = performance.now();
    const watched = await views.watch(TODAY);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(watched.map(({ instrumentId }) => instrumentId)).toEqual(many.map(({ id }) => id));
    expect(watched.every(({ firstPrice, lastPrice }) => firstPrice === 100 && lastPrice === 110)).toBe(true);
  });
});

describe('latest prices by id', () => {
  it('are of those that have one', async () => {
    await price(RELIANCE.id, 105);
    const ids = [RELIANCE.id, 'NSE:NOBODY' as InstrumentId];
    expect(await views.quotesOf(ids)).toMatchObject([
      { instrumentId: RELIANCE.id, lastPrice: 105, openInterest: null },
    ]);
    expect(await views.quotesOf([])).toEqual([]);
  });
});

describe('verdicts', () => {
  it('are counted by code, with the newest of each, on the day', async () => {
    const bench = new EngineBench({
      strategy: decideAt({ '10:00': BUY, '10:02': BUY, '10:04': BUY, '10:06': BUY }),
      limits: { maxOpenPositions: 1 },
    });
    for (const clock of ['10:00', '10:02', '10:04']) bench.candle(clock);
    bench.command('halt', '10:05');
    bench.candle('10:06');
    await ledger.record(bench.effects);
    const codes = bench.decided.map(({ verdict }) => (verdict.kind === 'DENIED' ? verdict.reason.code : null));
    expect(codes).toEqual([null, 'DUPLICATE_EXPOSURE', 'DUPLICATE_EXPOSURE', 'TRADING_PAUSED']);
    const [allowed, , duplicate, paused] = bench.decided;
    expect(await views.verdicts(TODAY)).toEqual([
      { code: 'DUPLICATE_EXPOSURE', count: 2, newest: duplicate },
      { code: 'TRADING_PAUSED', count: 1, newest: paused },
      { code: null, count: 1, newest: expect.objectContaining({ key: allowed?.key }) },
    ]);
    expect(await views.verdicts({ from: TODAY.from - 86_400_000, to: TODAY.from })).toEqual([]);
  });
});

describe('risks of positions', () => {
  /** Ten shares at 100, with a stop at 95 and a target at 110, as the engine has planned them. */
  async function held(): Promise<EngineBench> {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { price: 100, time: at('10:01') + 5 });
    await ledger.record(bench.effects);
    return bench;
  }

  it('know what the working stop closes, whatever the target does', async () => {
    await held();
    expect(await views.risks()).toEqual([
      {
        ...{ strategyId: decideAt({}).id, instrumentId: RELIANCE.id, product: 'INTRADAY', quantity: 10 },
        ...{ averagePrice: 100, lastPrice: null, stopUnits: 10, stopPrice: 95 },
      },
    ]);
    await price(RELIANCE.id, 105);
    expect(await views.risks()).toMatchObject([{ lastPrice: 105 }]);
  });

  it('know that a stop has ended, or closes a part only, and never more than is open', async () => {
    const bench = await held();
    const { sql } = opened.database;
    const stop = bench.last('STOP_LOSS').clientOrderId;
    await sql`update orders set status = 'PARTIALLY_FILLED', filled_quantity = 4, average_price = 95 where client_order_id = ${stop}`;
    expect(await views.risks()).toMatchObject([{ quantity: 10, stopUnits: 6, stopPrice: 95 }]);
    await sql`update orders set quantity = 30 where client_order_id = ${stop}`;
    expect(await views.risks()).toMatchObject([{ quantity: 10, stopUnits: 10 }]);
    await sql`update orders set status = 'CANCELED' where client_order_id = ${stop}`;
    expect(await views.risks()).toMatchObject([{ quantity: 10, stopUnits: 0, stopPrice: null }]);
  });

  it('are none when all is closed', async () => {
    const bench = await held();
    const before = bench.effects.length;
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:02') });
    await ledger.record(bench.effects.slice(before));
    expect(await views.risks()).toEqual([]);
  });
});
