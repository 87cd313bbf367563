/** The same candles in other files: named by their end, as Parquet, cut by --from and --to, with other trading hours. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../src/core/time.ts';
import { loadCandles } from '../../src/history/load-candles.ts';
import { writeCandlesParquet } from '../../src/history/write-candles.ts';
import { type BacktestAsk, type BacktestEnd, backtestOn, CANDLE_HEADER, candleFile } from '../support/backtest-runs.ts';
import { ist } from '../support/fixed-calendar.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';
import { generateSeries, SERIES_KINDS } from './backtest-series.ts';

const ASK = { params: { fast: 3, slow: 8, stopPercent: 0.5 } } as const satisfies BacktestAsk;

function seriesText(): string {
  const [, kind] = SERIES_KINDS;
  if (!kind) throw new Error('Expected a kind of series');
  return generateSeries(kind, 4).text;
}

/** Every row renamed by where its candle ends; of a length that does not fill the day the last one ends at the close. */
function namedByEnd(text: string, minutes: number): string {
  const [, ...rows] = text.trimEnd().split('\n');
  const renamed = rows.map((row) => {
    const [time = '', ...rest] = row.split(',');
    const end = new Date(Date.parse(time) + minutes * MINUTE_MS + 330 * MINUTE_MS).toISOString().slice(0, 16);
    const close = `${end.slice(0, 10)}T15:30`;
    return [`${time.slice(11, 16) < '15:30' && end > close ? close : end}:00+05:30`, ...rest].join(',');
  });
  return `${[CANDLE_HEADER, ...renamed].join('\n')}\n`;
}

const resultOf = ({ json, trades }: BacktestEnd): object => ({
  trades,
  ...{ net: json.netPaise, hash: json.orderListHash, candles: json.candles, signals: json.signals },
});

describe('a backtest', () => {
  it('makes the same trades of candles named by their end', async () => {
    const text = seriesText();
    const byStart = await backtestOn(writeText(tempFolder(), 'SAME.csv', text), ASK);
    const byEnd = writeText(tempFolder(), 'SAME.csv', namedByEnd(text, 5));
    expect(resultOf(await backtestOn(byEnd, { ...ASK, label: 'end' }))).toEqual(resultOf(byStart));
    expect(byStart.trades.length).toBeGreaterThan(10);
  });

  it('makes the same trades of hours named by their end, the last of which is a quarter', async () => {
    const clocks = ['09:15', '10:15', '11:15', '12:15', '13:15', '14:15', '15:15'];
    const closes = [100, 100, 104, 108, 101, 99, 103, 107, 109, 104, 98, 96, 101, 105];
    const rows = closes.map((close, index) => {
      const day = index < clocks.length ? '2024-10-14' : '2024-10-15';
      const open = closes[index - 1] ?? close;
      return `${day}T${clocks[index % clocks.length]}:00+05:30,${open},${Math.max(open, close)},${Math.min(open, close)},${close},10`;
    });
    const text = `${[CANDLE_HEADER, ...rows].join('\n')}\n`;
    for (const product of ['DELIVERY', 'INTRADAY'] as const) {
      const ask: BacktestAsk = { params: { fast: 1, slow: 2 }, product };
      const byStart = await backtestOn(writeText(tempFolder(), 'HOURS.csv', text), ask);
      const byEnd = writeText(tempFolder(), 'HOURS.csv', namedByEnd(text, 60));
      expect(resultOf(await backtestOn(byEnd, { ...ask, label: 'end' }))).toEqual(resultOf(byStart));
      expect(byStart.json.candles).toEqual({ read: 14, used: 14, refused: {} });
      expect(byStart.trades.length, product).toBeGreaterThan(0);
    }
  });

  it('makes the same trades of Parquet as of CSV, gzipped or not', async () => {
    const text = seriesText();
    const path = writeText(tempFolder(), 'SAME.csv', text);
    const expected = resultOf(await backtestOn(path, ASK));
    expect(resultOf(await backtestOn(writeText(tempFolder(), 'SAME.csv.gz', text), ASK))).toEqual(expected);
    const [file] = await loadCandles({ path });
    if (!file) throw new Error('Expected candles');
    const parquet = join(tempFolder(), 'SAME.parquet');
    await writeCandlesParquet(parquet, file.instrumentId, file);
    expect(resultOf(await backtestOn(parquet, ASK))).toEqual(expected);
  });

  it('takes the days from --from to --to alone', async () => {
    const text = seriesText();
    const [header, ...rows] = text.trimEnd().split('\n');
    const kept = rows.filter((row) => row >= '2024-10-21' && row < '2024-11-06');
    const cut = writeText(tempFolder(), 'SAME.csv', `${[header, ...kept].join('\n')}\n`);
    const whole = writeText(tempFolder(), 'SAME.csv', text);
    const asked = await backtestOn(whole, { ...ASK, from: ist('2024-10-21', '00:00'), to: ist('2024-11-06', '00:00') });
    expect(resultOf(asked)).toEqual(resultOf(await backtestOn(cut, ASK)));
    expect(asked.json.run).toMatchObject({ from: ist('2024-10-21', '00:00'), to: ist('2024-11-06', '00:00') });
  });

  it('tells by the candles of an unlisted share whether it closes early for the auction', async () => {
    // From 3 August 2026 shares with futures and options stop at 15:15, and are squared off 15 minutes before.
    const rows = (last: string): string[] => [
      ...['09:15', '09:20', '09:25'].map((clock) => `2026-08-05 ${clock} 100 100 100 100`),
      '2026-08-05 09:30 100 101 100 101',
      ...['09:35', '14:55', '15:00', '15:05', '15:10'].map(
        (clock, index) => `2026-08-05 ${clock} ${102 + index} 107 101 ${102 + index}`,
      ),
      ...(last === '15:25' ? ['15:15', '15:20', '15:25'].map((clock) => `2026-08-05 ${clock} 110 110 110 110`) : []),
    ];
    const exitOf = async (last: string): Promise<string | undefined> => {
      const path = candleFile(rows(last), 'UNLISTED.csv');
      const { trades } = await backtestOn(path, { params: { fast: 1, slow: 2 }, product: 'INTRADAY' });
      return trades[0]?.split(',').slice(5, 8).join(' ');
    };
    expect(await exitOf('15:10')).toBe('2026-08-05T15:00:00+05:30 104 square_off');
    expect(await exitOf('15:25')).toBe('2026-08-05T15:15:00+05:30 110 square_off');
  });
});
