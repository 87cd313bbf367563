import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toPaise } from '../../../src/core/money.ts';
import { type BacktestAsk, backtestOn, candleFile } from '../../support/backtest-runs.ts';
import { tempFolder, writeText } from '../../support/temp-folder.ts';

const RATES = new URL('../../../src/config/data/charge-rates.json', import.meta.url);
const DAY = '2024-10-14';
const QUICK = { params: { fast: 1, slow: 2 } } as const satisfies BacktestAsk;

/** Charges of nothing, so that results can be told by looking at prices. */
function noCharges(): string {
  const zeroed: unknown = JSON.parse(readFileSync(RATES, 'utf8'), (key, value: unknown) =>
    /(Percent|Rupees|^rupees|^percent)$/.test(key) && typeof value === 'number' ? 0 : value,
  );
  return writeText(tempFolder(), 'charges.json', JSON.stringify(zeroed));
}

/** Each candle opens where the one before closed. */
function walk(closes: readonly number[], day = DAY): string[] {
  return closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const minute = 9 * 60 + 15 + index * 5;
    const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    return `${day} ${clock} ${open} ${Math.max(open, close)} ${Math.min(open, close)} ${close}`;
  });
}

describe('the report of a backtest', () => {
  it('holds what the run was, what was read and what came of it', async () => {
    // In at 110 and out at 120; in at 120 and held to the end at 119.
    const path = candleFile(walk([100, 100, 110, 140, 120, 105, 106, 120, 119]));
    const { json, trades } = await backtestOn(path, { ...QUICK, quantity: 2, chargesPath: noCharges() });
    expect(json.run).toMatchObject({
      ...{ data: path, strategy: 'ema-crossover', timeframe: '5m', product: 'DELIVERY', broker: 'angel-one' },
      ...{ quantity: 2, capitalPaise: 100_000_000, slippageBps: 0, label: 'start', from: null, to: null },
      ...{ instruments: ['NSE:TEST'], candles: [9] },
    });
    expect(json.run.params).toMatchObject({ fast: 1, slow: 2 });
    expect(json.candles).toEqual({ read: 9, used: 9, refused: {} });
    expect(trades).toHaveLength(2);
    expect(json).toMatchObject({
      ...{ trades: 2, fills: 4, wins: 1, grossPaise: 1_800, chargesPaise: 0, netPaise: 1_800 },
      signals: { total: 3, denied: {} },
      exits: { signal: 1, end_of_data: 1 },
      orders: { FILLED: 4 },
      warnings: [],
    });
  });

  it('counts the deepest fall from the account’s peak, open positions and last trades included', async () => {
    const chargesPath = noCharges();
    const run = async (closes: readonly number[]) =>
      (await backtestOn(candleFile(walk(closes)), { ...QUICK, chargesPath, capitalPaise: toPaise(1_000) })).json;
    // Bought at 101; seen at 150, which is 1,049; sold at 130 after a cross below: 20 of 1,049.
    const open = await run([100, 100, 101, 150, 130, 130, 130]);
    expect([open.maxDrawdownPaise, open.maxDrawdownPercent]).toEqual([2_000, 1.91]);
    // Sold at an open of 81 after a close of 100: the loss is in the account when no position is left.
    const gap = [...walk([100, 100, 102, 102, 100]), `${DAY} 09:40 81 81 81 81`];
    const closed = (await backtestOn(candleFile(gap), { ...QUICK, chargesPath, capitalPaise: toPaise(1_000) })).json;
    expect([closed.netPaise, closed.maxDrawdownPaise, closed.maxDrawdownPercent]).toEqual([-2_100, 2_100, 2.1]);
    expect((await run([100, 100, 101, 102, 103])).maxDrawdownPaise).toBe(0);
  });

  it('gives the same run the same identity and the same result, another run another one', async () => {
    const path = candleFile(walk([100, 100, 110, 140, 130, 125, 105, 106, 108]));
    const moved = candleFile(walk([100, 100, 110, 140, 130, 125, 105, 106, 108.05]));
    const first = await backtestOn(path, QUICK);
    const again = await backtestOn(candleFile(walk([100, 100, 110, 140, 130, 125, 105, 106, 108])), QUICK);
    expect({ ...again.json, wallMs: 0, run: { ...again.json.run, data: path } }).toEqual({ ...first.json, wallMs: 0 });
    const others = [
      await backtestOn(moved, QUICK),
      await backtestOn(path, { params: { fast: 1, slow: 3 } }),
      await backtestOn(path, { ...QUICK, product: 'INTRADAY' }),
      await backtestOn(path, { ...QUICK, broker: 'flattrade' }),
      await backtestOn(path, { ...QUICK, slippageBps: 1 }),
      await backtestOn(path, { ...QUICK, chargesPath: noCharges() }),
    ];
    expect(new Set([first, ...others].map(({ json }) => json.run.id)).size).toBe(7);
    const dearer = others[4]?.json;
    expect(dearer?.orderListHash, 'slippage moves fills').not.toBe(first.json.orderListHash);
  });

  it('reads well without --json', async () => {
    const rows = [...walk([100, 100, 110, 140, 120, 105]), `${DAY} 09:45 5 4 6 5`, `${DAY} 18:00 1 1 1 1`];
    const { text, json } = await backtestOn(candleFile(rows), { ...QUICK, chargesPath: noCharges() });
    const lines = text.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
    expect(lines.slice(0, 4)).toEqual([
      `Backtest ${json.run.id}: ema-crossover on NSE:TEST, 5m candles`,
      'candles 6 used of 8 read; refused: 1 high below low, 1 outside session',
      'signals 2',
      'trades 1, 1 won (100.0%); left by signal 1',
    ]);
    expect(lines[4]).toBe('gross Rs 10.00');
    expect(lines).toContain(`orders ${json.orderListHash} in ${(json.wallMs / 1000).toFixed(2)} s`);
    const empty = await backtestOn(candleFile(walk([100, 100, 100])), QUICK);
    expect(empty.text).toContain('trades    0, 0 won; left by none');
  });
});

describe('the notes of a report', () => {
  const rising = walk([100, 100, 110, 120, 105, 100]);

  it('say that an index can not be traded', async () => {
    const { json } = await backtestOn(candleFile(rising, 'NIFTY 50.csv'), QUICK);
    expect(json.trades).toBe(0);
    expect(json.warnings).toEqual([
      '1 entry denied for NSE:NIFTY 50: NIFTY 50 can not be traded: an index can be watched, not traded.',
    ]);
  });

  it('say that a share is not sold short overnight', async () => {
    const { json } = await backtestOn(candleFile(rising), { params: { fast: 1, slow: 2, allowShort: true } });
    expect(json.warnings).toEqual([
      expect.stringMatching(/^1 entry denied for NSE:TEST: selling short is not allowed: /),
    ]);
  });

  it('say that the money did not do, once however often', async () => {
    const often = walk([100, 100, 110, 105, 110, 105, 110, 105]);
    const { json } = await backtestOn(candleFile(often), { ...QUICK, quantity: 10, capitalPaise: toPaise(1_000) });
    expect(json.signals.denied).toEqual({ INSUFFICIENT_MARGIN: 3 });
    expect(json.warnings).toEqual(['3 entries denied for NSE:TEST: it needs ₹1,100.00, and ₹1,000.00 is available.']);
  });

  it('say that rows look named by the end of their candle, until the owner says so', async () => {
    const clocks = ['09:20', '09:25', '09:30', '15:25', '15:30'];
    const rows = ['2024-10-14', '2024-10-15'].flatMap((day) => clocks.map((clock) => `${day} ${clock} 1 1 1 1`));
    const path = candleFile(rows);
    expect((await backtestOn(path)).json.warnings).toEqual([
      'The rows seem to be named by the end of their candle, which moves every trade by a candle: say --label end.',
    ]);
    const told = await backtestOn(path, { label: 'end' });
    expect([told.json.warnings, told.json.candles.refused]).toEqual([[], {}]);
  });
});
