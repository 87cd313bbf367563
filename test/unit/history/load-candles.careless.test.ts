import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/core/errors.ts';
import { type CandleFile, loadCandles } from '../../../src/history/load-candles.ts';
import { tempFolder, writeText } from '../../support/temp-folder.ts';

const HEADER = 'timestamp,open,high,low,close,volume';

function row(clock: string, rest = '100,101,99,100.5,10'): string {
  return `2026-08-03 ${clock},${rest}`;
}

async function errorOf(load: Promise<unknown>): Promise<string> {
  const error = await load.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  const message = error instanceof Error ? error.message : '';
  expect(message, 'one line').not.toContain('\n');
  return message;
}

async function faultIn(name: string, content: string | Uint8Array): Promise<string> {
  const folder = tempFolder();
  const path = join(folder, name);
  writeFileSync(path, content);
  const message = await errorOf(loadCandles({ path }));
  expect(message).toContain(path);
  return message.replaceAll(path, name);
}

async function loadRows(...rows: string[]): Promise<CandleFile> {
  const [file] = await loadCandles({ path: writeText(tempFolder(), 'TCS.csv', [HEADER, ...rows].join('\n')) });
  if (file === undefined) throw new Error('Expected a file');
  return file;
}

describe('loadCandles: files that cannot be read', () => {
  const rows = [row('09:15'), row('09:16'), row('09:17')];
  const whole = [HEADER, ...rows].join('\n');

  it('names a missing file, a folder without candles and another kind of file', async () => {
    const folder = tempFolder();
    expect(await errorOf(loadCandles({ path: join(folder, 'TCS.csv') }))).toContain('expected a file, found none');
    expect(await errorOf(loadCandles({ path: folder }))).toContain(
      'expected .csv, .csv.gz or .parquet files in the folder',
    );
    const text = writeText(folder, 'TCS.txt', whole);
    expect(await errorOf(loadCandles({ path: text }))).toContain('expected a name ending in .csv, .csv.gz or .parquet');
    mkdirSync(join(folder, 'TCS.csv'));
    expect(await errorOf(loadCandles({ path: folder }))).toContain('expected a file, found a folder');
  });

  it.each([
    ['an empty file', 'TCS.csv', '', 'expected a header and rows, found an empty file'],
    ['an empty gzip', 'TCS.csv.gz', gzipSync(''), 'expected a header and rows, found an empty file'],
    ['an empty first line', 'TCS.csv', `\n${whole}`, 'line 1: expected a header, found an empty line'],
    ['a header without rows', 'TCS.csv', `${HEADER}\n`, 'expected rows below the header, found none'],
    ['no header', 'TCS.csv', rows.join('\n'), 'line 1: expected a column for time'],
    ['another header', 'TCS.csv', whole.replace('high', 'top'), 'line 1: expected a column for high'],
    [
      'text in a price',
      'TCS.csv',
      [HEADER, rows[0], '', row('09:16', '100,abc,99,100,10')].join('\n'),
      'line 4: expected a number for high, found "abc"',
    ],
    [
      'infinity in a price',
      'TCS.csv',
      [HEADER, row('09:15', '100,inf,99,100,10')].join('\n'),
      'line 2: expected a number for high, found "inf"',
    ],
    [
      'text in a volume',
      'TCS.csv',
      [HEADER, rows[0], row('09:16', '100,101,99,100,many')].join('\n'),
      'line 3: expected a number for volume, found "many"',
    ],
    [
      'text in a time',
      'TCS.csv',
      [HEADER, rows[0], 'noon,1,1,1,1,1'].join('\n'),
      'line 3: expected a time like "2026-11-18T09:15:00+05:30" or epoch milliseconds for time, found "noon"',
    ],
    [
      'days before months',
      'TCS.csv',
      [HEADER, '31-12-2025 09:15,1,1,1,1,1'].join('\n'),
      'line 2: expected a time like',
    ],
    [
      'an empty time',
      'TCS.csv',
      [HEADER, rows[0], ',1,1,1,1,1'].join('\n'),
      'line 3: expected a time between 1990 and 2100, found an empty cell',
    ],
    [
      'a time that is no epoch',
      'TCS.csv',
      [HEADER, '20260803,1,1,1,1,1', '20260804,1,1,1,1,1'].join('\n'),
      'line 2: expected a time between 1990 and 2100',
    ],
    ['an infinite time', 'TCS.csv', [HEADER, rows[0], 'infinity,1,1,1,1,1'].join('\n'), 'line 3: expected a time'],
    [
      'a row with too few cells',
      'TCS.csv',
      [HEADER, rows[0], '2026-08-03 09:16,1,1'].join('\n'),
      'line 3: expected 6 columns, found 3',
    ],
    [
      'a row with too many cells',
      'TCS.csv',
      [HEADER, rows[0], `${rows[1]},1`].join('\n'),
      'line 3: expected 6 columns, found 7',
    ],
    [
      'a quote that never ends',
      'TCS.csv',
      [HEADER, rows[0], '"2026-08-03 09:16,1,1,1,1,1'].join('\n'),
      'line 3: expected',
    ],
    ['a line break in a price', 'TCS.csv', [HEADER, '2026-08-03 09:16,"1\n2",1,1,1,1'].join('\n'), 'found "1\\n2"'],
    [
      'bytes that are no text',
      'TCS.csv',
      Buffer.from([...Buffer.from(`${whole}\n2026-08-03 09:18,1,1,1,1,`), 0xff, 0xfe, 0x31, 0x0a]),
      'TCS.csv: ',
    ],
    [
      'binary in the first line',
      'TCS.csv',
      Buffer.from([0, 1, 2, 3, 255, 254, 10]),
      'line 1: expected a column for time',
    ],
    ['a gzip that is none', 'TCS.csv.gz', whole, 'expected a gzip file, found damaged or other content'],
    ['a Parquet file that is none', 'TCS.parquet', whole, 'expected a whole Parquet file'],
    ['an empty Parquet file', 'TCS.parquet', '', 'expected a whole Parquet file'],
    [
      'nothing but rows to refuse',
      'TCS.csv',
      [HEADER, row('09:15', '5,4,6,5,1')].join('\n'),
      'found only rows to refuse: high below low (1, first in row 2)',
    ],
  ])('says in one line that there is %s', async (_name, name, content, expected) => {
    expect(await faultIn(name, content)).toContain(expected);
  });

  it('finds a gzip cut short wherever it is cut, even between two rows', async () => {
    const many = [
      HEADER,
      ...Array.from({ length: 300 }, (_, i) => row('09:15', `${i + 1},${i + 2},${i},${i + 1},1`)),
    ].join('\n');
    const packed = gzipSync(many);
    for (const kept of [packed.length - 1, packed.length - 8, packed.length >> 1, 11]) {
      expect(await faultIn('TCS.csv.gz', packed.subarray(0, kept))).toContain(
        'expected a whole gzip file, found one cut short',
      );
    }
  });

  it('finds a gzip with damage inside', async () => {
    const packed = gzipSync(
      [HEADER, ...Array.from({ length: 300 }, (_, i) => row('09:15', `${i},${i},${i},${i},1`))].join('\n'),
    );
    packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 0xff;
    expect(await faultIn('TCS.csv.gz', packed)).toContain('expected a gzip file, found damaged or other content');
  });

  it('gives nothing of a folder when one file in it is faulty', async () => {
    const folder = tempFolder();
    writeText(folder, 'A.csv', whole);
    const bad = writeText(folder, 'B.csv', whole.replace('99', 'x'));
    expect(await errorOf(loadCandles({ path: folder }))).toContain(`${bad}: line 2`);
  });

  it('reads a file whose name holds pattern characters and quotes', async () => {
    const folder = tempFolder();
    const path = writeText(folder, "A*B[1]'?.csv", whole);
    writeText(folder, 'AxB1.csv', 'another file');
    const [file] = await loadCandles({ path });
    expect(file?.count).toBe(3);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });
});

describe('loadCandles: rows that contradict themselves', () => {
  it.each([
    ['high below low', '100,98,99,98.5,10'],
    ['open or close outside high and low', '102,101,99,100,10'],
    ['open or close outside high and low', '100,101,99,98,10'],
    ['price not positive', '100,101,0,100,10'],
    ['price not positive', '-100,101,99,100,10'],
    ['missing price', '100,,99,100,10'],
    ['missing price', '100,101,null,NaN,10'],
    ['negative volume', '100,101,99,100,-1'],
  ])('leaves out and counts: %s (%s)', async (reason, rest) => {
    const sound = ['09:19', '09:20', '09:21', '09:22'].map((clock) => row(clock));
    const file = await loadRows(row('09:15'), row('09:16', rest), row('09:17'), row('09:18', rest), ...sound);
    expect(file.refused).toEqual([{ reason, count: 2, firstRow: 3 }]);
    expect(file.count).toBe(6);
    expect(new Set(file.close)).toEqual(new Set([100.5]));
  });

  it('leaves out and counts duplicates, rows out of order and times off the minute', async () => {
    const clocks = ['09:15', '09:16', '09:16', '09:15', '09:17', '09:17:30', '09:18', '09:16', '09:19'];
    const file = await loadRows(...clocks.map((clock) => row(clock)));
    expect(file.count).toBe(5);
    expect(file.refused).toEqual([
      { reason: 'time off the minute', count: 1, firstRow: 7 },
      { reason: 'duplicate time', count: 1, firstRow: 4 },
      { reason: 'out of order', count: 2, firstRow: 5 },
    ]);
  });

  it('counts blank lines when it says where a row stands', async () => {
    const file = await loadRows(row('09:15'), '', '', row('09:16', '1,2,3,1,1'), row('09:17'), row('09:18'));
    expect(file.refused).toEqual([{ reason: 'high below low', count: 1, firstRow: 5 }]);
  });

  it('keeps rows without volume and widens a range that rounding made too narrow', async () => {
    const file = await loadRows(row('09:15', '100.0000004,100,99,99,'), row('09:16', '99.9999998,101,100,100,0'));
    expect(file.refused).toEqual([]);
    expect([file.high[0], file.low[1]]).toEqual([100.0000004, 99.9999998]);
    expect([...file.volume]).toEqual([0, 0]);
  });

  it('names rows of a file with the newest candle first by their own lines', async () => {
    const file = await loadRows(
      row('09:19'),
      row('09:18'),
      row('09:17', '1,2,3,1,1'),
      row('09:16'),
      row('09:16'),
      row('09:15'),
    );
    expect(file.refused).toEqual([
      { reason: 'high below low', count: 1, firstRow: 4 },
      { reason: 'duplicate time', count: 1, firstRow: 5 },
    ]);
    expect(file.count).toBe(4);
  });
});
