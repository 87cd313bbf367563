/** The command line with what careless people give it, as child processes: one line that helps, the right exit code, no litter. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANDLE_HEADER } from '../support/backtest-runs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SAMPLE = join(ROOT, 'backtest-data/candles/1m/ITC.parquet');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runNode = (args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const { SIGNALMAN_DEBUG: _, ...inherited } = process.env;
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...inherited, SIGNALMAN_STATE: folder } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.once('close', (code) => done({ code, stdout, stderr }));
  });

let folder = '';
const at = (name: string): string => join(folder, name);
const write = (name: string, content: string | Buffer): void => writeFileSync(at(name), content);
const backtest = (...args: readonly string[]): Promise<Ended> =>
  runNode(['src/main.ts', 'backtest', '--strategy', 'ema-crossover', ...args]);

const row = (clock: string, values = '100,101,99,100,10'): string => `2024-10-14T${clock}:00+05:30,${values}`;
const SOUND = ['09:15', '09:20', '09:25', '09:30'].map((clock) => row(clock));
const file = (...rows: readonly string[]): string => `${[CANDLE_HEADER, ...rows].join('\n')}\n`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalman-careless-'));
  write('good.csv', file(...SOUND));
  write('header.csv', `when,o,h,l,c,vol\n${SOUND.join('\n')}\n`);
  write('text.csv', file(...SOUND, row('09:35', '100,101,99,about 100,10')));
  write('empty.csv', '');
  write('only-header.csv', file());
  write('evening.csv', file(row('18:00'), row('18:05'), row('18:10')));
  write('odd.csv', file(row('09:17'), row('09:22'), row('09:27')));
  write('one.csv', file(row('09:15')));
  write('daily.csv', file('2024-10-14,1,1,1,1,1', '2024-10-15,1,1,1,1,1'));
  write('cut.csv.gz', gzipSync(file(...SOUND)).subarray(0, 60));
  write('none.parquet', 'hello');
  write('notes.txt', 'no candles');
  mkdirSync(at('nothing'));
  mkdirSync(at('junk'));
  write('junk/A.csv', file(...SOUND));
  write('junk/B.csv', 'hello\nworld\n');
  mkdirSync(at('mixed'));
  write('mixed/A.csv', file(...SOUND));
  write('mixed/B.csv', file(row('09:15'), row('09:16'), row('09:17')));
  // Root may read every file; this one fails for everybody.
  if (process.getuid?.() === 0) symlinkSync('/proc/self/mem', at('unreadable.csv'));
  else {
    write('unreadable.csv', file(...SOUND));
    chmodSync(at('unreadable.csv'), 0);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('backtest, given data that can not be used', () => {
  it.each([
    ['a wrong header', 'header.csv', 'header.csv: line 1: expected a column for time (timestamp, '],
    ['text in a price', 'text.csv', 'text.csv: line 6: expected a number for close, found "about 100"'],
    ['an empty file', 'empty.csv', 'empty.csv: expected a header and rows, found an empty file'],
    ['a header only', 'only-header.csv', 'only-header.csv: expected rows below the header, found none'],
    ['a folder without data', 'nothing', 'nothing: expected .csv, .csv.gz or .parquet files in the folder, found none'],
    ['a folder with a junk file', 'junk', 'junk/B.csv: line 1: expected a column for time'],
    ['a gzip cut short', 'cut.csv.gz', 'cut.csv.gz: expected a whole gzip file, found one cut short'],
    ['a Parquet file that is none', 'none.parquet', 'none.parquet: expected a whole Parquet file'],
    ['a file of another kind', 'notes.txt', 'notes.txt: expected a name ending in .csv, .csv.gz or .parquet'],
    ['a file that can not be read', 'unreadable.csv', 'unreadable.csv: expected a readable file'],
    ['one candle, which tells no timeframe', 'one.csv', 'one.csv: expected two rows or more to tell the timeframe by'],
    [
      'candles outside the session only',
      'evening.csv',
      'evening.csv: expected candles of NSE:evening in its trading hours, found 3 outside the trading hours (the first at 2024-10-14T18:00:00+05:30)',
    ],
    [
      'candles off the grid only',
      'odd.csv',
      'odd.csv: expected candles of NSE:odd in its trading hours, found 3 off the grid of 5m candles',
    ],
  ])('says in one line that it is %s, with exit code 1', async (_, name, expected) => {
    const { code, stdout, stderr } = await backtest('--data', at(name));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.startsWith(join(folder, expected)), `expected "${expected}", found "${stderr}"`).toBe(true);
    expect(stderr.trimEnd().split('\n'), 'one line').toHaveLength(1);
  });
});

describe.concurrent('backtest, given options that can not be meant', () => {
  it.each<[string, () => string[], string]>([
    [
      'a file that is not there',
      () => ['--data', at('none.csv')],
      '--data: expected a file or folder that exists, found "',
    ],
    [
      'an unknown strategy',
      () => ['--data', at('good.csv'), '--strategy', 'ema-crosover'],
      '--strategy: expected one of ',
    ],
    [
      'a bad param',
      () => ['--data', at('good.csv'), '--param', 'fast=30'],
      '--param fast: expected a number of candles below slow (21), found 30',
    ],
    [
      'a shorter timeframe',
      () => ['--data', at('good.csv'), '--timeframe', '1m'],
      '--timeframe: expected 5m or a multiple of it, found "1m"; ',
    ],
    [
      'no multiple',
      () => ['--data', at('daily.csv'), '--timeframe', '60m'],
      '--timeframe: expected 1d or a multiple of it, found "60m"; ',
    ],
    ['two timeframes', () => ['--data', at('mixed')], '--data: expected files of one timeframe, found 5m in '],
    [
      'a start after the end',
      () => ['--data', at('good.csv'), '--from', '2024-10-15', '--to', '2024-10-14'],
      '--to: expected no day or time before --from ("2024-10-15"), found "2024-10-14"',
    ],
    [
      'trades into a missing folder',
      () => ['--data', at('good.csv'), '--trades-out', at('no/t.csv')],
      '--trades-out: expected a file in a folder that exists, found "',
    ],
    [
      'trades over the data',
      () => ['--data', at('good.csv'), '--trades-out', at('good.csv')],
      '--trades-out: expected a file outside the data, found "',
    ],
    [
      'trades among the data',
      () => ['--data', at('mixed'), '--timeframe', '15m', '--trades-out', at('mixed/trades.csv')],
      '--trades-out: expected a file outside the data, found "',
    ],
    [
      'intraday on daily candles',
      () => ['--data', at('daily.csv'), '--product', 'intraday'],
      '--product intraday: expected candles shorter than a day, found 1d in ',
    ],
    [
      'a calendar that is none',
      () => ['--data', at('good.csv'), '--calendar', at('good.csv')],
      'CALENDAR: expected a market calendar as JSON, found an error: ',
    ],
    [
      'charges that are not there',
      () => ['--data', at('good.csv'), '--charges', at('none.json')],
      '--charges: expected a file that exists, found "',
    ],
  ])('says in one line that it is %s, with exit code 2', async (_, args, expected) => {
    const before = readFileSync(at('good.csv'), 'utf8');
    const { code, stdout, stderr } = await backtest(...args());
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    const line = expected.replace('CALENDAR', at('good.csv'));
    expect(stderr.startsWith(line), `expected "${line}", found "${stderr}"`).toBe(true);
    expect(stderr.trimEnd().split('\n'), 'one line').toHaveLength(1);
    expect(readFileSync(at('good.csv'), 'utf8')).toBe(before);
  });

  it('says that no candle lies in the asked time, with exit code 1', async () => {
    const { code, stderr } = await backtest('--data', at('good.csv'), '--from', '2025-10-15');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${at('good.csv')}: expected candles from 2025-10-15T00:00:00+05:30, found none; change --from and --to\n`,
    });
  });
});

describe.concurrent('backtest, given rows that contradict themselves', () => {
  it('leaves them out, counts them by reason and runs on', async () => {
    write(
      'rows.csv',
      file(
        ...SOUND,
        row('09:30'),
        row('09:25'),
        row('09:35', '100,98,99,98.5,10'),
        row('09:37'),
        row('09:40', '100,101,,100,10'),
        row('09:45'),
        row('18:00'),
      ),
    );
    const { code, stdout, stderr } = await backtest('--data', at('rows.csv'), '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).candles).toEqual({
      read: 11,
      used: 5,
      refused: {
        'missing price': 1,
        'high below low': 1,
        'duplicate time': 1,
        'out of order': 1,
        'outside session': 1,
        'off the candle grid': 1,
      },
    });
  });

  it('runs over one candle when told what it is', async () => {
    const { code, stdout } = await backtest('--data', at('one.csv'), '--timeframe', '5m');
    expect(code).toBe(0);
    expect(stdout).toContain('1 used of 1 read');
  });
});

describe.concurrent('backtest', () => {
  it('prints one JSON document for an error, too', async () => {
    const { code, stdout, stderr } = await backtest('--data', at('text.csv'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { kind: 'DataError', message: stderr.trimEnd() } });
    expect(stderr).not.toContain('    at ');
  });

  it('leaves nothing half-written where trades can not be written', async () => {
    mkdirSync(at('blocked'));
    mkdirSync(at('blocked/trades.csv'));
    const { code, stdout, stderr } = await backtest('--data', at('good.csv'), '--trades-out', at('blocked/trades.csv'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `--trades-out: expected a file that can be written, found "${at('blocked/trades.csv')}" (EISDIR)\n`,
    );
    expect(readdirSync(at('blocked'))).toEqual(['trades.csv']);
  });

  it('holds deliveries overnight unless told otherwise', async () => {
    const { stdout } = await backtest('--data', at('good.csv'), '--json');
    expect(JSON.parse(stdout).run).toMatchObject({
      product: 'DELIVERY',
      quantity: 1,
      slippageBps: 0,
      broker: 'angel-one',
    });
  });

  it('shows its progress on a terminal, on stderr, and wipes it away', async () => {
    const script = `process.stderr.isTTY = true;
      const { runCli } = await import('./src/cli/run-cli.ts');
      process.exitCode = await runCli(['backtest', '--strategy', 'ema-crossover', '--data', ${JSON.stringify(SAMPLE)}, '--json']);`;
    const { code, stdout, stderr } = await runNode(['--input-type=module', '-e', script]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).candles.used).toBe(21_315);
    expect(stderr).toContain('\r\u001b[KBacktest: ');
    expect(stderr).toContain('% of 21,315 candles');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
    expect((await backtest('--data', SAMPLE)).stderr, 'nothing where nobody looks').toBe('');
  });

  it('takes a refreshed calendar and refreshed charges', async () => {
    const data = (name: string) => JSON.parse(readFileSync(join(ROOT, 'src/config/data', name), 'utf8'));
    const calendar = data('market-calendar.json');
    calendar.days.push({
      ...{ date: '2024-10-14', name: 'A holiday by circular', segments: ['equity'], session: null },
      ...{ source: 'a test', confirmed: false },
    });
    write('calendar.json', JSON.stringify(calendar));
    const closed = await backtest('--data', at('good.csv'), '--calendar', at('calendar.json'));
    expect(closed.stderr).toContain('found 4 outside the trading hours');
    const charges = data('charge-rates.json');
    for (const line of charges.statutory.transactionTax) line.buyPercent = line.sellPercent = 0;
    write('charges.json', JSON.stringify(charges));
    const run = async (...args: string[]) => JSON.parse((await backtest('--data', SAMPLE, '--json', ...args)).stdout);
    const [usual, cheaper] = await Promise.all([run(), run('--charges', at('charges.json'))]);
    expect(cheaper.grossPaise).toBe(usual.grossPaise);
    expect(cheaper.chargesPaise).toBeLessThan(usual.chargesPaise);
    expect(cheaper.run.chargesHash).not.toBe(usual.run.chargesHash);
    expect(cheaper.run.id, 'other charges, another run').not.toBe(usual.run.id);
  });
});
