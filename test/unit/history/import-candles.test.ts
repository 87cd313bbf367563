import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { CandleColumns } from '../../../src/core/candle-columns.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { formatIst } from '../../../src/core/time.ts';
import {
  appendCandles,
  type ImportedCandles,
  importCandles,
  mergeIntoFolder,
} from '../../../src/history/import-candles.ts';
import { loadCandles } from '../../../src/history/load-candles.ts';
import { mergeColumns } from '../../../src/history/merge-columns.ts';
import type { CandleStore } from '../../../src/ports/candle-store.ts';
import { generateCandles } from '../../../src/simulation/generate-candles.ts';
import { dayNumber, fixedCalendar, ist } from '../../support/fixed-calendar.ts';
import { tempFolder, writeText } from '../../support/temp-folder.ts';

const HEADER = 'time,o,h,l,ltp,volume';

async function importText(text: string, options: object = {}): Promise<ImportedCandles> {
  const path = writeText(tempFolder(), 'TCS.csv', text);
  const [entry] = await importCandles({ path, columns: { close: 'ltp' }, ...options }, fixedCalendar);
  if (entry === undefined) throw new Error('Expected one import');
  return entry;
}

describe('importCandles', () => {
  it('maps columns, moves end labels and leaves out what lies outside the session', async () => {
    const clocks = ['09:10', '09:15', '09:20', '09:25', '15:30', '15:35'];
    const rows = clocks.map((clock, i) => `2026-07-31 ${clock},1,2,1,2,${i}`);
    const entry = await importText([HEADER, ...rows, '2026-08-01 10:00,1,2,1,2,9'].join('\n'), { label: 'end' });
    expect([...entry.candles.openTime].map(formatIst)).toEqual([
      '2026-07-31T09:15:00+05:30',
      '2026-07-31T09:20:00+05:30',
      '2026-07-31T15:25:00+05:30',
    ]);
    expect([...entry.candles.volume]).toEqual([2, 3, 4]);
    expect([entry.leftOut, entry.audit.outsideSession]).toEqual([4, 4]);
  });

  it('keeps an evening on a day the calendar does not know', async () => {
    const unsure = {
      ...fixedCalendar,
      sessionOn: (...args: Parameters<typeof fixedCalendar.sessionOn>) => {
        const session = fixedCalendar.sessionOn(...args);
        return session && { ...session, isKnown: false };
      },
    };
    const path = writeText(
      tempFolder(),
      'TCS.csv',
      `${HEADER.replace('ltp', 'c')}\n2019-10-28 18:15,1,1,1,1,1\n2019-10-28 18:16,1,1,1,1,1\n`,
    );
    const [entry] = await importCandles({ path }, unsure);
    expect([entry?.candles.count, entry?.leftOut]).toEqual([2, 0]);
  });

  it('names daily candles by the open of their session', async () => {
    const days = ['2026-08-03', '2026-08-04', '2026-08-05'].map((day) => `${day},1,2,1,2,5`);
    const entry = await importText([HEADER, ...days].join('\n'));
    expect([...entry.candles.openTime].map(formatIst)[1]).toBe('2026-08-04T09:15:00+05:30');
  });
});

describe('appendCandles', () => {
  it('hands every candle to the store once, in order and in batches, as imported', async () => {
    const candles = generateCandles({ seed: 'append', count: 12_345, startPrice: 100, from: dayNumber('2020-01-01') });
    const batches: (readonly Candle[])[] = [];
    const store: CandleStore = { append: async (batch) => void batches.push(batch), read: async () => [] };
    const refused = { refused: [], leftOut: 0, path: 'x' };
    const audit = (await importText(`${HEADER}\n2026-08-03,1,2,1,2,5\n`)).audit;
    const count = await appendCandles(store, {
      ...refused,
      audit,
      instrumentId: 'NSE:TCS' as InstrumentId,
      timeframe: '1m',
      candles,
    });
    const stored = batches.flat();
    expect([count, stored.length, Math.max(...batches.map((batch) => batch.length))]).toEqual([12_345, 12_345, 5_000]);
    expect(stored.map((candle) => candle.openTime)).toEqual([...candles.openTime]);
    expect(stored[7]).toMatchObject({
      instrumentId: 'NSE:TCS',
      timeframe: '1m',
      provenance: 'import',
      openInterest: null,
    });
    expect([stored[7]?.open, stored[7]?.volume]).toEqual([candles.open[7], candles.volume[7]]);
  });
});

describe('mergeIntoFolder', () => {
  it('adds to the file that is there; a candle imported again is replaced', async () => {
    const folder = tempFolder();
    const first = await importText(
      `${HEADER}\n2026-08-03 09:15,1,2,1,2,1\n2026-08-03 09:16,1,2,1,2,2\n2026-08-03 09:18,1,2,1,2,4\n`,
    );
    const second = await importText(
      `${HEADER}\n2026-08-03 09:16,1,2,1,2,20\n2026-08-03 09:17,1,2,1,2,30\n2026-08-03 09:19,1,2,1,2,50\n`,
    );
    const path = await mergeIntoFolder(folder, first);
    expect(await mergeIntoFolder(folder, second)).toBe(path);
    expect(path).toBe(join(folder, '1m', 'NSE_TCS.parquet'));
    const [file] = await loadCandles({ path });
    expect([file?.instrumentId, [...(file?.volume ?? [])]]).toEqual(['NSE:TCS', [1, 20, 30, 4, 50]]);
  });

  it('has nothing to write of a folder with a faulty file', async () => {
    const source = tempFolder();
    writeText(source, 'A.csv', `${HEADER}\n2026-08-03,1,2,1,2,1\n`);
    writeText(source, 'B.csv', `${HEADER}\n2026-08-03,1,x,1,2,1\n`);
    const work = importCandles({ path: source, columns: { close: 'ltp' } }, fixedCalendar);
    await expect(work).rejects.toThrow('B.csv: line 2');
  });
});

describe('mergeColumns', () => {
  const run = (value: number): fc.Arbitrary<CandleColumns> =>
    fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }).map((minutes) => {
      const openTime = Float64Array.from(
        minutes.sort((a, b) => a - b),
        (minute) => ist('2026-08-03', '09:15') + minute * 60_000,
      );
      const column = new Float64Array(minutes.length).fill(value);
      return {
        count: minutes.length,
        openTime,
        open: column,
        high: column,
        low: column,
        close: column,
        volume: column,
      };
    });

  it('holds every time of both runs once, in order, with the later run on top', () => {
    fc.assert(
      fc.property(run(1), run(2), (before, later) => {
        const merged = mergeColumns(before, later);
        const expected = new Map([...before.openTime].map((time) => [time, 1]));
        for (const time of later.openTime) expected.set(time, 2);
        expect([...merged.openTime]).toEqual([...expected.keys()].sort((a, b) => a - b));
        expect([...merged.close]).toEqual([...merged.openTime].map((time) => expected.get(time)));
        expect(merged.count).toBe(merged.volume.length);
      }),
    );
  });
});
