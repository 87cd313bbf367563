import { describe, expect, test } from 'vitest';
import { drawChart } from '../../../src/charts/draw-chart.ts';
import type { CandleChart, EquityChart } from '../../../src/ports/chart.ts';

const OPEN = Date.parse('2026-11-17T09:15:00+05:30');
const candles = Array.from({ length: 40 }, (_, index) => {
  const open = 1_400 + index;
  const close = open + (index % 3 === 0 ? -2 : 3);
  const [low, high] = [Math.min(open, close) - 1, Math.max(open, close) + 1];
  return { openTime: OPEN + index * 300_000, open, high, low, close, volume: 1_000 + index };
});
const CANDLES: CandleChart = {
  ...{ kind: 'candles', title: 'M&M <5m> "NIFTY_50*" ₹', theme: 'light', candles },
  marks: [
    { time: OPEN + 600_000, price: 1_402, kind: 'signal' },
    { time: OPEN + 660_000, price: 1_403, kind: 'buy' },
    { time: OPEN + 6_000_000, price: 1_420, kind: 'sell' },
  ],
  levels: [
    { price: 1_395, name: 'stop' },
    { price: 1_430, name: 'target' },
  ],
};
const EQUITY: EquityChart = {
  ...{ kind: 'equity', title: 'This day', theme: 'dark' },
  trades: [50_000, -20_000, 30_000].map((netPaise, index) => ({ exitTime: OPEN + index * 3_600_000, netPaise })),
};

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Width and height, from the first chunk of the file. */
function sizeOf(png: Uint8Array): readonly number[] {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(SIGNATURE);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe('a chart', () => {
  test('is a PNG of one size, the same for the same data', async () => {
    const [one, again, equity] = await Promise.all([drawChart(CANDLES), drawChart(CANDLES), drawChart(EQUITY)]);
    expect([sizeOf(one), sizeOf(equity)]).toEqual([
      [1_920, 1_200],
      [1_920, 1_200],
    ]);
    expect(Buffer.from(one).equals(again)).toBe(true);
  });

  test.each<[string, CandleChart | EquityChart, CandleChart | EquityChart]>([
    [
      'a price',
      CANDLES,
      { ...CANDLES, candles: candles.map((each, index) => (index === 7 ? { ...each, close: each.close + 1 } : each)) },
    ],
    [
      'a volume',
      CANDLES,
      { ...CANDLES, candles: candles.map((each, index) => (index === 7 ? { ...each, volume: 9_000 } : each)) },
    ],
    [
      'the title, though its letters mean something elsewhere',
      CANDLES,
      { ...CANDLES, title: 'M&amp;M <5m> "NIFTY_50*" ₹' },
    ],
    ['an entry', CANDLES, { ...CANDLES, marks: CANDLES.marks.slice(0, 1) }],
    ['a stop', CANDLES, { ...CANDLES, levels: CANDLES.levels.slice(1) }],
    ['the theme', CANDLES, { ...CANDLES, theme: 'dark' }],
    ['a result', EQUITY, { ...EQUITY, trades: EQUITY.trades.slice(1) }],
  ])('shows %s', async (_, one, other) => {
    const [before, after] = await Promise.all([drawChart(one), drawChart(other)]);
    expect(Buffer.from(before).equals(after)).toBe(false);
  });

  test('of marks before its first candle shows none of them', async () => {
    const early = { ...CANDLES, marks: [{ time: OPEN - 1, price: 1_402, kind: 'buy' as const }] };
    const none = { ...CANDLES, marks: [] };
    const [one, other] = await Promise.all([drawChart(early), drawChart(none)]);
    expect(Buffer.from(one).equals(other)).toBe(true);
  });
});
