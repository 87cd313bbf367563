import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { formatIst } from '../../../src/core/time.ts';
import { withDuckDb } from '../../../src/history/duck-db.ts';
import { type CandleFile, loadCandles } from '../../../src/history/load-candles.ts';
import { ist } from '../../support/fixed-calendar.ts';
import { tempFolder, writeText } from '../../support/temp-folder.ts';

const HEADER = 'timestamp,open,high,low,close,volume';
const OPEN = ist('2026-08-03', '09:15');

function only(files: readonly CandleFile[]): CandleFile {
  expect(files).toHaveLength(1);
  const [file] = files;
  if (file === undefined) throw new Error('Expected one file');
  return file;
}

function timesOf(file: CandleFile): string[] {
  return [...file.openTime].map(formatIst);
}

/** Two one-minute rows whose times are written in one way. */
async function loadTimes(first: string, second: string): Promise<string[]> {
  const rows = [HEADER, `${first},100,101,99,100.5,10`, `${second},100.5,102,100,101,20`];
  return timesOf(only(await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', rows.join('\n')) })));
}

const NINE_FIFTEEN = ['2026-08-03T09:15:00+05:30', '2026-08-03T09:16:00+05:30'];

describe('loadCandles: times', () => {
  it.each([
    ['ISO 8601 with an offset', '2026-08-03T09:15:00+05:30', '2026-08-03T09:16:00+05:30'],
    ['ISO 8601 in UTC', '2026-08-03T03:45:00Z', '2026-08-03T03:46:00Z'],
    ['ISO 8601 with milliseconds and a short offset', '2026-08-03T03:45:00.000+00', '2026-08-03T03:46:00.000+00'],
    ['ISO 8601 without an offset, taken as IST', '2026-08-03T09:15:00', '2026-08-03T09:16:00'],
    ['a date and a time, taken as IST', '2026-08-03 09:15:00', '2026-08-03 09:16:00'],
    ['a date and a time without seconds', '2026-08-03 09:15', '2026-08-03 09:16'],
    ['epoch seconds', String(OPEN / 1000), String(OPEN / 1000 + 60)],
    ['epoch milliseconds', String(OPEN), String(OPEN + 60_000)],
    ['epoch microseconds', `${OPEN}000`, `${OPEN + 60_000}000`],
    ['epoch nanoseconds', `${OPEN}000000`, `${OPEN + 60_000}000000`],
  ])('reads %s', async (_name, first, second) => {
    expect(await loadTimes(first, second)).toEqual(NINE_FIFTEEN);
  });

  it('reads date and time of day from two columns', async () => {
    const text = 'Date,Time,Open,High,Low,Close\n2026-08-03,09:15:00,1,2,1,2\n2026-08-03,09:16:00,2,3,2,3\n';
    const file = only(await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', text) }));
    expect(timesOf(file)).toEqual(NINE_FIFTEEN);
    expect([...file.volume], 'a file without volume has none').toEqual([0, 0]);
  });

  it('keeps daily candles at midnight of their day, across weekends', async () => {
    const days = ['2026-07-30', '2026-07-31', '2026-08-03', '2026-08-04'];
    const text = [HEADER, ...days.map((day) => `${day},10,12,9,11,5`)].join('\n');
    const file = only(await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', text) }));
    expect(file.timeframe).toBe('1d');
    expect(timesOf(file)).toEqual(days.map((day) => `${day}T00:00:00+05:30`));
  });

  it('moves end-labelled candles to their start, but not daily ones', async () => {
    const rows = ['2026-08-03T09:20:00+05:30,1,2,1,2,5', '2026-08-03T09:25:00+05:30,2,3,2,3,5'];
    const path = writeText(tempFolder(), 'TCS.csv', [HEADER, ...rows].join('\n'));
    const file = only(await loadCandles({ path, label: 'end' }));
    expect(file.timeframe).toBe('5m');
    expect(timesOf(file)).toEqual(['2026-08-03T09:15:00+05:30', '2026-08-03T09:20:00+05:30']);
    const daily = writeText(tempFolder(), 'TCS.csv', `${HEADER}\n2026-08-03,1,2,1,2,5\n2026-08-04,1,2,1,2,5\n`);
    expect(timesOf(only(await loadCandles({ path: daily, label: 'end' })))[0]).toBe('2026-08-03T00:00:00+05:30');
  });

  it('reads a file that runs from the newest candle to the oldest', async () => {
    const rows = ['2026-08-03 09:17,3,3,3,3,3', '2026-08-03 09:16,2,2,2,2,2', '2026-08-03 09:15,1,1,1,1,1'];
    const file = only(await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', [HEADER, ...rows].join('\n')) }));
    expect([...file.open]).toEqual([1, 2, 3]);
    expect(file.refused).toEqual([]);
  });

  it('takes candles from a time on and before a time', async () => {
    const rows = [15, 16, 17, 18].map((minute) => `2026-08-03 09:${minute},1,1,1,1,${minute}`);
    const path = writeText(tempFolder(), 'TCS.csv', [HEADER, ...rows].join('\n'));
    const file = only(await loadCandles({ path, from: ist('2026-08-03', '09:16'), to: ist('2026-08-03', '09:18') }));
    expect([...file.volume]).toEqual([16, 17]);
    expect(only(await loadCandles({ path, from: ist('2027-01-01', '09:15') })).count).toBe(0);
  });
});

describe('loadCandles: columns', () => {
  it('finds columns by name, whatever their order, case and neighbours', async () => {
    const text =
      'Close,VOL,Remark,High,Date-Time,Low,Open\n4,7,x,5,2026-08-03 09:15,1,2\n4,8,"a, b",5,2026-08-03 09:16,1,2\n';
    const file = only(await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', text) }));
    expect([file.open[1], file.high[1], file.low[1], file.close[1], file.volume[1]]).toEqual([2, 5, 1, 4, 8]);
  });

  it('takes unusual names from the caller', async () => {
    const text = 'time,o,h,l,ltp,traded\n2026-08-03 09:15,2,5,1,4,7\n2026-08-03 09:16,2,5,1,4,8\n';
    const path = writeText(tempFolder(), 'TCS.csv', text);
    const file = only(await loadCandles({ path, columns: { close: 'LTP', volume: 'traded' } }));
    expect([file.close[0], file.volume[1]]).toEqual([4, 8]);
    await expect(loadCandles({ path })).rejects.toThrow('line 1: expected a column for close');
    await expect(loadCandles({ path, columns: { close: 'last' } })).rejects.toThrow(
      'expected the column "last" for close',
    );
  });

  it('reads tabs, semicolons, Windows line ends, quotes, blank lines, a byte order mark and thousands separators', async () => {
    const tabs = HEADER.replaceAll(',', '\t');
    const path = writeText(
      tempFolder(),
      'A.csv',
      `${tabs}\r\n2026-08-03 09:15\t1\t2\t1\t2\t5\r\n\r\n2026-08-03 09:16\t1\t2\t1\t2\t6\r\n`,
    );
    expect([...only(await loadCandles({ path })).volume]).toEqual([5, 6]);
    const quoted =
      '\uFEFF"Date";"Open";"High";"Low";"Close";"Volume"\n"2026-08-03";"1,234.50";"1,300";"1,200";"1,250";"12,345"\n';
    const file = only(await loadCandles({ path: writeText(tempFolder(), 'B.csv', quoted) }));
    expect([file.open[0], file.volume[0], file.timeframe]).toEqual([1234.5, 12345, '1d']);
  });

  it('reads several instruments from one file', async () => {
    const rows = [15, 16, 17].flatMap((minute) => [
      `NSE:TCS,2026-08-03 09:${minute},1,1,1,1,${minute}`,
      `INFY,2026-08-03 09:${minute},2,2,2,2,${minute}`,
    ]);
    const path = writeText(tempFolder(), 'all.csv', [`symbol,${HEADER}`, ...rows].join('\n'));
    const files = await loadCandles({ path });
    expect(files.map((file) => [file.instrumentId, file.count, file.open[0]])).toEqual([
      ['NSE:INFY', 3, 2],
      ['NSE:TCS', 3, 1],
    ]);
    expect(only(await loadCandles({ path, instrumentId: 'NSE:TCS' as InstrumentId })).open[0]).toBe(1);
    await expect(loadCandles({ path, instrumentId: 'NSE:SBIN' as InstrumentId })).rejects.toThrow(
      'expected rows of "NSE:SBIN", found "NSE:INFY", "NSE:TCS"',
    );
  });
});

describe('loadCandles: names, folders, timeframes', () => {
  const rows = `${HEADER}\n2026-08-03 09:15,1,1,1,1,1\n2026-08-03 09:30,1,1,1,1,1\n`;

  it('names the instrument after the file, without a period at its end', async () => {
    const folder = tempFolder();
    for (const name of ['HDFCLIFE.csv.gz', 'M&M.csv', 'NIFTY50_2019-01.csv', 'YESBANK_2019.csv'])
      writeText(folder, name, rows);
    writeText(folder, 'README.md', 'no candles');
    writeText(folder, 'manifest.json', '{}');
    writeText(folder, '.hidden.csv', 'no candles');
    mkdirSync(join(folder, 'deeper.csv.d'));
    const files = await loadCandles({ path: folder });
    expect(files.map((file) => file.instrumentId)).toEqual(['NSE:HDFCLIFE', 'NSE:M&M', 'NSE:NIFTY50', 'NSE:YESBANK']);
    expect(files.map((file) => file.timeframe)).toEqual(['15m', '15m', '15m', '15m']);
  });

  it('takes the commonest spacing for the timeframe, gaps or not', async () => {
    const clocks = ['09:15', '09:16', '09:17', '09:25', '09:26', '11:00'];
    const text = [HEADER, ...clocks.map((clock) => `2026-08-03 ${clock},1,1,1,1,1`)].join('\n');
    expect(only(await loadCandles({ path: writeText(tempFolder(), 'A.csv', text) })).timeframe).toBe('1m');
  });

  it('asks for the timeframe where rows do not tell it', async () => {
    const one = writeText(tempFolder(), 'A.csv', `${HEADER}\n2026-08-03 09:15,1,1,1,1,1\n`);
    await expect(loadCandles({ path: one })).rejects.toThrow('expected two rows or more to tell the timeframe by');
    expect(only(await loadCandles({ path: one, timeframe: '5m' })).timeframe).toBe('5m');
    const odd = writeText(tempFolder(), 'A.csv', `${HEADER}\n2026-08-03 09:15,1,1,1,1,1\n2026-08-03 09:17,1,1,1,1,1\n`);
    await expect(loadCandles({ path: odd })).rejects.toThrow('found 2 minutes; say the timeframe');
  });
});

describe('loadCandles: Parquet written by others', () => {
  async function writeOther(select: string): Promise<string> {
    const path = join(tempFolder(), 'TCS.parquet');
    await withDuckDb((connection) => connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`));
    return path;
  }

  it.each([
    ['naive timestamps, taken as IST', `TIMESTAMP '2026-08-03 09:15:00' + INTERVAL (i) MINUTE`],
    ['naive nanosecond timestamps', `(TIMESTAMP '2026-08-03 09:15:00' + INTERVAL (i) MINUTE)::TIMESTAMP_NS`],
    ['timestamps with a zone', `TIMESTAMPTZ '2026-08-03 03:45:00+00' + INTERVAL (i) MINUTE`],
    ['epoch seconds', `${OPEN / 1000} + i * 60`],
    ['text', `strftime(TIMESTAMP '2026-08-03 09:15:00' + INTERVAL (i) MINUTE, '%Y-%m-%dT%H:%M:%S+05:30')`],
  ])('reads %s', async (_name, time) => {
    const prices =
      '10.1::FLOAT AS open, 12.25::DECIMAL(10, 2) AS high, 9 AS low, 11.5::DOUBLE AS close, NULL::BIGINT AS volume';
    const file = only(
      await loadCandles({ path: await writeOther(`SELECT ${time} AS date, ${prices} FROM range(2) t(i)`) }),
    );
    expect(timesOf(file)).toEqual(NINE_FIFTEEN);
    expect([file.open[0], file.high[0], file.low[0], file.close[0], file.volume[0]]).toEqual([10.1, 12.25, 9, 11.5, 0]);
  });

  it('names rows from 1 when it refuses them', async () => {
    const path = await writeOther(
      `SELECT ${OPEN} + i * 60000 AS time, 10 AS open, CASE WHEN i = 1 THEN 5 ELSE 11 END AS high, 9 AS low, 10 AS close FROM range(4) t(i)`,
    );
    expect(only(await loadCandles({ path })).refused).toEqual([{ reason: 'high below low', count: 1, firstRow: 2 }]);
  });

  it('takes an infinite price for a missing one', async () => {
    const select = `SELECT ${OPEN} + i * 60000 AS time, 10 AS open, CASE WHEN i = 2 THEN 'inf'::DOUBLE ELSE 11 END AS high, 9 AS low, 10 AS close FROM range(4) t(i)`;
    expect(only(await loadCandles({ path: await writeOther(select) })).refused).toEqual([
      { reason: 'missing price', count: 1, firstRow: 3 },
    ]);
  });

  it('refuses columns of a type that holds no numbers or times', async () => {
    const flags = `SELECT ${OPEN} + i * 60000 AS time, true AS open, 1 AS high, 1 AS low, 1 AS close FROM range(2) t(i)`;
    await expect(loadCandles({ path: await writeOther(flags) })).rejects.toThrow(
      'expected numbers in the column for open',
    );
    const times = `SELECT [1] AS time, 1 AS open, 1 AS high, 1 AS low, 1 AS close FROM range(2) t(i)`;
    await expect(loadCandles({ path: await writeOther(times) })).rejects.toThrow('expected times in the column "time"');
  });
});
