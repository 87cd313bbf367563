/** Every recorded file, and every folder of them, goes through a backtest and makes the trades of the second implementation. */
import { existsSync, globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { backtestOn } from '../support/backtest-runs.ts';
import { type ModelOptions, type ModelSession, modelTrades, readModelRows, regularHours } from './backtest-model.ts';

const RECORDED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const FILES = globSync('**/*.csv.gz', { cwd: RECORDED }).sort();
const FOLDERS = [...new Set(FILES.map((file) => dirname(file)))];
const why = existsSync(RECORDED) ? '' : ' (skipped: ../shared/data is not there)';

/** A daily candle stands at midnight and lasts the day. */
function wholeDay(date: string): ModelSession {
  const open = Date.parse(`${date}T00:00:00+05:30`);
  return { open, close: open + 86_400_000 };
}

function modelFor(file: string): Omit<ModelOptions, 'product' | 'quantity'> {
  const isDaily = file.startsWith('daily/');
  return {
    instrument: `NSE:${file.replace(/^.*\/|(_\d{4}(-\d\d)?)?\.csv\.gz$/g, '')}`,
    candleMinutes: isDaily ? 1_440 : file.startsWith('1min/') ? 1 : 5,
    fast: 9,
    slow: 21,
    sessionOf: isDaily ? wholeDay : regularHours,
  };
}

function sumOf(lines: readonly string[], column: number): number {
  return lines.reduce((total, line) => total + Number(line.split(',')[column]), 0);
}

describe.skipIf(why !== '')(`backtests over recorded files${why}`, () => {
  it('are asked of all of them', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(48);
    expect([...FOLDERS].sort()).toEqual(['1min', '5min', '5min-options', '5min-week-2026-07', 'daily']);
  });

  it.each(FILES)('make the trades that the rules say: %s', async (file) => {
    const model = modelFor(file);
    const rows = readModelRows(`${RECORDED}${file}`);
    const inside = rows.filter(({ time }) => {
      const session = model.sessionOf(new Date(time + 19_800_000).toISOString().slice(0, 10));
      return session !== null && time >= session.open && time < session.close;
    });
    for (const product of file.startsWith('daily/') ? (['delivery'] as const) : (['delivery', 'intraday'] as const)) {
      const [, ...expected] = modelTrades(rows, { ...model, product, quantity: 1 });
      const { json, trades } = await backtestOn(`${RECORDED}${file}`, {
        product: product === 'delivery' ? 'DELIVERY' : 'INTRADAY',
      });
      expect(trades).toEqual(expected);
      const outside = rows.length - inside.length;
      expect(json.candles).toEqual({
        read: rows.length,
        used: inside.length,
        refused: outside > 0 ? { 'outside session': outside } : {},
      });
      expect(json.trades).toBe(expected.length);
      expect(json.netPaise).toBe(sumOf(expected, 10));
      expect(json.grossPaise - json.chargesPaise).toBe(json.netPaise);
    }
  });

  it.each(FOLDERS)('of a folder are those of its files together: %s', async (folder) => {
    const { json, trades } = await backtestOn(`${RECORDED}${folder}`);
    const alone: string[] = [];
    for (const file of FILES.filter((each) => dirname(each) === folder)) {
      alone.push(...(await backtestOn(`${RECORDED}${file}`)).trades);
    }
    expect([...trades].sort(), 'there is money for all of them').toEqual(alone.sort());
    expect(json.netPaise).toBe(sumOf(alone, 10));
    const closed = trades.filter((line) => !line.includes('end_of_data')).map((line) => line.split(',')[5] ?? '');
    expect(closed, 'in the order they were closed').toEqual([...closed].sort());
  });
});
