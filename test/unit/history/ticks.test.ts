import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/core/errors.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import { withDuckDb } from '../../../src/history/duck-db.ts';
import { loadTicks } from '../../../src/history/load-ticks.ts';
import { writeTicksParquet } from '../../../src/history/write-ticks.ts';
import { ist } from '../../support/fixed-calendar.ts';
import { tempFolder, writeText } from '../../support/temp-folder.ts';

const OPEN = ist('2026-11-18', '09:15');
const ids = ['NSE:TCS', 'NSE:NIFTY 50', 'NFO:NIFTY:2026-11-23:26000:CE'] as InstrumentId[];

const anyTick: fc.Arbitrary<Tick> = fc.record({
  instrumentId: fc.constantFrom(...ids),
  time: fc.integer({ min: OPEN, max: OPEN + 5 }),
  lastPrice: fc.integer({ min: 1, max: 1e7 }).map((steps) => steps / 20),
  volume: fc.integer({ min: 0, max: 1e12 }),
  openInterest: fc.option(fc.integer({ min: 0, max: 1e9 })),
  bid: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  ask: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  sequence: fc.option(fc.integer()),
});

describe('recorded ticks', () => {
  it('come back as they were written, in order of time and of the file within a millisecond', async () => {
    const path = join(tempFolder(), 'ticks.parquet');
    await fc.assert(
      fc.asyncProperty(fc.array(anyTick, { minLength: 1, maxLength: 40 }), async (ticks) => {
        await writeTicksParquet(path, ticks);
        const expected = ticks
          .map((tick, row) => ({ tick, row }))
          .sort((a, b) => a.tick.time - b.tick.time || a.row - b.row);
        // Parquet has one zero.
        const plain = expected.map(({ tick }) => ({
          ...tick,
          bid: tick.bid && tick.bid + 0,
          ask: tick.ask && tick.ask + 0,
        }));
        expect(JSON.stringify(await loadTicks(path))).toBe(JSON.stringify(plain));
      }),
      { numRuns: 25 },
    );
  });

  it('come back whole past the size of a chunk and of a row group', async () => {
    const path = join(tempFolder(), 'ticks.parquet');
    const ticks = Array.from({ length: 140_000 }, (_, row): Tick => {
      const instrumentId = ids[row % 3] ?? ('' as InstrumentId);
      return {
        instrumentId,
        time: OPEN + row,
        lastPrice: 100 + row / 20,
        volume: row,
        openInterest: null,
        bid: null,
        ask: null,
        sequence: row,
      };
    });
    await writeTicksParquet(path, ticks);
    expect(await loadTicks(path)).toEqual(ticks);
  });

  const good = {
    instrument: `'NSE:TCS'`,
    time: String(OPEN),
    last_price: '100.5',
    volume: '10',
    open_interest: 'NULL',
    bid: '1',
    ask: '2',
    sequence: '1',
  };

  async function loadRow(changes: Partial<typeof good>): Promise<Tick[]> {
    const path = join(tempFolder(), 'ticks.parquet');
    const select = (row: object): string =>
      `SELECT ${Object.entries(row)
        .map(([name, value]) => `${value} AS ${name}`)
        .join(', ')}`;
    const sql = `COPY (${select(good)} UNION ALL ${select({ ...good, ...changes })}) TO '${path}' (FORMAT parquet)`;
    await withDuckDb((connection) => connection.run(sql));
    return loadTicks(path);
  }

  it.each([
    ['a price of zero', { last_price: '0' }, 'row 2: expected a last_price above zero, found "0"'],
    ['a missing price', { last_price: 'NULL' }, 'row 2: expected a last_price above zero, found nothing or text'],
    ['a falling volume below zero', { volume: '-1' }, 'row 2: expected a volume of zero or more, found "-1"'],
    ['a time in seconds', { time: String(OPEN / 1000) }, 'row 2: expected a time in epoch milliseconds'],
    ['an instrument that is none', { instrument: `'TCS'` }, 'expected an instrument like "NSE:RELIANCE", found "TCS"'],
    ['no instrument', { instrument: 'NULL' }, 'expected an instrument like "NSE:RELIANCE", found "null"'],
    ['a negative quote', { bid: '-0.05' }, 'row 2: expected a bid of zero or more, found "-0.05"'],
    [
      'a negative open interest',
      { open_interest: '-5' },
      'row 2: expected an open_interest of zero or more, found "-5"',
    ],
  ])('are refused with %s', async (_name, changes, message) => {
    const error = await loadRow(changes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error instanceof Error && error.message).toContain(message);
  });

  it('are refused when the file is missing, empty, no Parquet or has other columns', async () => {
    const folder = tempFolder();
    await expect(loadTicks(join(folder, 'none.parquet'))).rejects.toThrow('none.parquet: expected a file, found none');
    await expect(loadTicks(writeText(folder, 'no.parquet', 'text'))).rejects.toThrow('expected a whole Parquet file');
    const empty = join(folder, 'empty.parquet');
    await writeTicksParquet(empty, []);
    await expect(loadTicks(empty)).rejects.toThrow('expected recorded ticks, found none');
    const other = join(folder, 'other.parquet');
    await withDuckDb((connection) => connection.run(`COPY (SELECT 1 AS time) TO '${other}' (FORMAT parquet)`));
    await expect(loadTicks(other)).rejects.toThrow('expected recorded ticks with the columns instrument, last_price');
  });
});
