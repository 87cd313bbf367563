/** Several instruments in one run: one account, one order of events, whatever the files are called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toPaise } from '../../src/core/money.ts';
import { formatClock } from '../../src/core/time.ts';
import { defineStrategy } from '../../src/engine/strategy/strategy.ts';
import { type BacktestEnd, backtestOn, candleFile } from '../support/backtest-runs.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';
import { generateSeries, SERIES_KINDS } from './backtest-series.ts';

const QUICK = { params: { fast: 1, slow: 2 } } as const;
const DAY = '2024-10-14';
const flat = (clocks: readonly string[], price = 100): string[] =>
  clocks.map((clock) => `${DAY} ${clock} ${price} ${price} ${price} ${price}`);

/** What a run comes to, without where its files lie and how long it took. */
function resultOf({ json, trades }: BacktestEnd): object {
  const { run, wallMs: _, ...rest } = json;
  return { ...rest, run: { ...run, data: '' }, trades };
}

function generated(folder: string, names: readonly string[]): string {
  const [kind] = SERIES_KINDS;
  if (!kind) throw new Error('Expected a kind of series');
  for (const [index, name] of names.entries()) writeText(folder, name, generateSeries(kind, index + 1).text);
  return folder;
}

/** The same rows with their instrument in a column, so that the file's name says nothing. */
function withSymbol(path: string, symbol: string): string {
  const [header, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return `${[`${header},symbol`, ...rows.map((row) => `${row},${symbol}`)].join('\n')}\n`;
}

describe('a folder of candle files', () => {
  it('gives one account to all: what one has bought with, another can not', async () => {
    const folder = tempFolder();
    // Both cross above at 09:30 and 09:35; a second of either costs more than what is left of 150.
    candleFile(
      [...flat(['09:15', '09:20']), `${DAY} 09:25 100 101 100 101`, ...flat(['09:30', '09:35', '09:40'], 101)],
      'A.csv',
      folder,
    );
    candleFile(
      [...flat(['09:15', '09:20', '09:25']), `${DAY} 09:30 100 101 100 101`, ...flat(['09:35', '09:40'], 101)],
      'B.csv',
      folder,
    );
    const rich = await backtestOn(folder, { ...QUICK, capitalPaise: toPaise(500) });
    expect(rich.trades.map((line) => line.split(',')[0])).toEqual(['NSE:A', 'NSE:B']);
    const poor = await backtestOn(folder, { ...QUICK, capitalPaise: toPaise(150) });
    expect(poor.trades.map((line) => line.split(',')[0])).toEqual(['NSE:A']);
    expect(poor.json.signals.denied).toEqual({ INSUFFICIENT_MARGIN: 1 });
    expect(poor.json.warnings).toEqual([
      expect.stringMatching(/^1 entry denied for NSE:B: it needs ₹101\.00, and ₹4\d\.\d\d is available\.$/),
    ]);
  });

  it('frees the money of a sale for the next purchase', async () => {
    const folder = tempFolder();
    candleFile(
      [
        ...flat(['09:15', '09:20']),
        `${DAY} 09:25 100 101 100 101`,
        `${DAY} 09:30 101 101 99 99`,
        ...flat(['09:35'], 99),
        ...flat(['09:40', '09:45'], 98),
      ],
      'A.csv',
      folder,
    );
    candleFile(
      [...flat(['09:15', '09:20', '09:25', '09:30', '09:35']), `${DAY} 09:40 100 101 100 101`, ...flat(['09:45'], 101)],
      'B.csv',
      folder,
    );
    const { trades, json } = await backtestOn(folder, { ...QUICK, capitalPaise: toPaise(150) });
    expect(trades.map((line) => line.split(',').slice(0, 6).join(' '))).toEqual([
      'NSE:A LONG 1 2024-10-14T09:30:00+05:30 101 2024-10-14T09:35:00+05:30',
      'NSE:B LONG 1 2024-10-14T09:45:00+05:30 101 2024-10-14T09:45:00+05:30',
    ]);
    expect(json.signals.denied).toEqual({});
  });

  it('takes candles in the order of their ends, those that end together in order of instrument', async () => {
    const seen: string[] = [];
    const watcher = defineStrategy({
      name: 'watcher',
      summary: 'writes down what it sees',
      params: z.unknown(),
      scope: 'instrument',
      warmUp: () => 1,
      create: () => ({
        onCandle({ instrumentId, openTime }) {
          seen.push(`${instrumentId} ${formatClock(openTime).slice(0, 5)}`);
          return undefined;
        },
      }),
    });
    const folder = tempFolder();
    candleFile(flat(['09:15', '09:20', '09:25', '09:30']), 'Z.csv', folder);
    candleFile(flat(['09:20', '09:25', '09:30', '09:35']), 'M.csv', folder);
    candleFile(
      flat(['09:15', '09:16', '09:17', '09:18', '09:19', '09:20', '09:21', '09:22', '09:23', '09:24']),
      'B.csv',
      folder,
    );
    await backtestOn(folder, { strategy: watcher, timeframe: '5m' });
    expect(seen).toEqual([
      ...['NSE:B 09:15', 'NSE:Z 09:15'],
      ...['NSE:B 09:20', 'NSE:M 09:20', 'NSE:Z 09:20'],
      ...['NSE:M 09:25', 'NSE:Z 09:25', 'NSE:M 09:30', 'NSE:Z 09:30', 'NSE:M 09:35'],
    ]);
  });

  it('comes to the same whatever the files are called and in which order they were made', async () => {
    const ask = { params: { fast: 3, slow: 8, stopPercent: 0.5 }, capitalPaise: toPaise(2_000) };
    const named = generated(tempFolder(), ['A.csv', 'B.csv', 'C.csv']);
    const first = await backtestOn(named, ask);
    expect(first.trades.length).toBeGreaterThan(50);
    expect(first.json.signals.denied, 'they compete for money').toHaveProperty('INSUFFICIENT_MARGIN');
    const other = tempFolder();
    for (const [from, to] of [
      ['C', '1'],
      ['A', '3'],
      ['B', '2'],
    ] as const) {
      writeText(other, `${to}.csv`, withSymbol(join(named, `${from}.csv`), from));
    }
    expect(resultOf(await backtestOn(other, ask))).toEqual(resultOf(first));
  });

  it('joins files of one instrument, of a candle in both takes the later file’s, and counts it', async () => {
    const whole = candleFile(
      [...flat(['09:15', '09:20']), `${DAY} 09:25 100 101 100 101`, ...flat(['09:30', '09:35'], 101)],
      'JOINED.csv',
    );
    const folder = tempFolder();
    candleFile([...flat(['09:15', '09:20', '09:25'])], 'JOINED_2023.csv', folder);
    candleFile([`${DAY} 09:25 100 101 100 101`, ...flat(['09:30', '09:35'], 101)], 'JOINED_2024.csv', folder);
    const [one, two] = [await backtestOn(whole, QUICK), await backtestOn(folder, QUICK)];
    expect(two.trades).toEqual(one.trades);
    expect(two.trades).toHaveLength(1);
    expect(two.json.run.candlesHash).toBe(one.json.run.candlesHash);
    expect(two.json.candles).toEqual({ read: 6, used: 5, refused: { 'duplicate time': 1 } });
  });

  it('refuses files of one instrument with different timeframes', async () => {
    const folder = tempFolder();
    candleFile(flat(['09:15', '09:20', '09:25']), 'MIXED_2023.csv', folder);
    candleFile(flat(['09:15', '09:16', '09:17']), 'MIXED_2024.csv', folder);
    await expect(backtestOn(folder, { timeframe: '15m' })).rejects.toThrow(
      /^--data: expected candles of one timeframe for NSE:MIXED, found 5m in .*MIXED_2023\.csv and 1m in .*MIXED_2024\.csv/,
    );
  });

  it('closes what is open at the last close of each instrument, though another goes on', async () => {
    const folder = tempFolder();
    candleFile(
      [...flat(['09:15', '09:20']), `${DAY} 09:25 100 101 100 101`, `${DAY} 09:30 101 103 101 103`],
      'A.csv',
      folder,
    );
    candleFile([...flat(['09:15', '09:20', '09:25', '09:30', '09:35', '09:40'])], 'B.csv', folder);
    const { trades } = await backtestOn(folder, QUICK);
    expect(trades.map((line) => line.split(',').slice(3, 8).join(' '))).toEqual([
      '2024-10-14T09:30:00+05:30 101 2024-10-14T09:30:00+05:30 103 end_of_data',
    ]);
  });

  it('squares an instrument off on the day its candles end, though another goes on', async () => {
    const folder = tempFolder();
    const next = (rows: readonly string[]): string[] => rows.map((row) => row.replace(DAY, '2024-10-15'));
    const rise = (clock: string, from: number, to: number): string => `${DAY} ${clock} ${from} ${to} ${from} ${to}`;
    const entered = [...flat(['09:15', '09:20']), rise('09:25', 100, 101), rise('09:30', 101, 102)];
    candleFile(entered, 'A.csv', folder);
    candleFile([...flat(['09:15', '15:25']), ...next([...entered, ...flat(['15:15'], 102)])], 'B.csv', folder);
    // Both together cost more than there is: A's money is back when B wants it.
    const { trades, json } = await backtestOn(folder, { ...QUICK, product: 'INTRADAY', capitalPaise: toPaise(30) });
    expect(trades.map((line) => line.split(',').slice(0, 8).join(' '))).toEqual([
      'NSE:A LONG 1 2024-10-14T09:30:00+05:30 101 2024-10-14T09:30:00+05:30 102 square_off',
      'NSE:B LONG 1 2024-10-15T09:30:00+05:30 101 2024-10-15T15:15:00+05:30 102 square_off',
    ]);
    expect(json.signals.denied).toEqual({});
  });
});
