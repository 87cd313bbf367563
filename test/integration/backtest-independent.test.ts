/**
 * Backtests held against a second implementation (`backtest-model.ts`), trade by trade: when the two differ, one of them
 * does not do what is written down.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BacktestAsk, backtestOn } from '../support/backtest-runs.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';
import { MODEL_HEADER, type ModelOptions, modelTrades, readModelRows, regularHours } from './backtest-model.ts';
import { generateSeries, SERIES_KINDS } from './backtest-series.ts';

const RECORDED = new URL('../../../shared/data/5min/', import.meta.url);
const SYMBOLS = ['HDFCLIFE', 'BANDHANBNK', 'ICICIPRULI'] as const;

type ModelSettings = Omit<ModelOptions, 'instrument' | 'candleMinutes' | 'sessionOf'>;

/** No stop or target lies half-way between two ticks, where either neighbour would do. */
const STOP_AND_TARGET = { stopPercent: 0.437, targetPercent: 0.713 } as const;

const SETTINGS: readonly (readonly [title: string, settings: ModelSettings])[] = [
  ['delivery', { fast: 9, slow: 21, quantity: 1, product: 'delivery' }],
  ['delivery with stop and target', { fast: 9, slow: 21, quantity: 7, product: 'delivery', ...STOP_AND_TARGET }],
  ['intraday', { fast: 9, slow: 21, quantity: 3, product: 'intraday' }],
  [
    'intraday, both directions, stop and target',
    { fast: 9, slow: 21, quantity: 1, product: 'intraday', allowShort: true, ...STOP_AND_TARGET },
  ],
];

function askFor({ fast, slow, quantity, product, allowShort, ...rest }: ModelSettings): BacktestAsk {
  const { stopPercent, targetPercent, slippageBps = 0, strategyMinutes } = rest;
  const legs = stopPercent === undefined ? {} : { stopPercent, targetPercent };
  return {
    params: { fast, slow, ...legs, ...(allowShort === true ? { allowShort } : {}) },
    quantity,
    slippageBps,
    product: product === 'delivery' ? 'DELIVERY' : 'INTRADAY',
    timeframe: strategyMinutes === undefined ? null : strategyMinutes === 60 ? '60m' : '15m',
    capitalPaise: 1_000_000_000,
  };
}

function expectSameTrades(found: readonly string[], expected: readonly string[], title: string): void {
  const at = expected.findIndex((line, index) => line !== found[index]);
  expect({ title, line: at, trade: found[at] }).toEqual({ title, line: at, trade: expected[at] });
  expect(found.length, title).toBe(expected.length);
}

describe.each(SERIES_KINDS)('over generated candles: $name', (kind) => {
  const lively = SETTINGS.map(([title, settings]) => [title, { ...settings, fast: 3, slow: 8 }] as const);

  it.each([
    ...lively,
    ['intraday, both directions', { fast: 3, slow: 8, quantity: 2, product: 'intraday', allowShort: true }],
    [
      '15-minute candles',
      { fast: 3, slow: 8, quantity: 1, product: 'delivery', strategyMinutes: 15, ...STOP_AND_TARGET },
    ],
    ['hours, within the day', { fast: 2, slow: 4, quantity: 1, product: 'intraday', strategyMinutes: 60 }],
    ['slippage', { fast: 3, slow: 8, quantity: 4, product: 'delivery', slippageBps: 7, ...STOP_AND_TARGET }],
  ] satisfies readonly (readonly [string, ModelSettings])[])(
    'makes the trades that the rules say: %s',
    async (_, settings) => {
      let trades = 0;
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const { rows, text } = generateSeries(kind, seed);
        const path = writeText(tempFolder(), 'GENERATED.csv', text);
        const [header, ...expected] = modelTrades(rows, {
          ...settings,
          instrument: 'NSE:GENERATED',
          candleMinutes: 5,
          sessionOf: kind.sessionOf,
        });
        const found = await backtestOn(path, askFor(settings));
        expect(found.header).toBe(header);
        expectSameTrades(found.trades, expected, `seed ${seed}`);
        trades += expected.length;
      }
      expect(trades, 'trades compared').toBeGreaterThan(15);
    },
  );
});

describe.each(SYMBOLS)('over recorded candles of %s', (symbol) => {
  const file = new URL(`${symbol}.csv.gz`, RECORDED);
  const why = existsSync(file) ? '' : ` (skipped: ../shared/data/5min/${symbol}.csv.gz is not there)`;

  it.skipIf(why !== '').each(SETTINGS)(`makes the trades that the rules say: %s${why}`, async (title, settings) => {
    const rows = readModelRows(file.pathname);
    const options = { ...settings, instrument: `NSE:${symbol}`, candleMinutes: 5, sessionOf: regularHours };
    const [header, ...expected] = modelTrades(rows, options);
    const found = await backtestOn(file.pathname, askFor(settings));
    expect(header).toBe(MODEL_HEADER);
    expectSameTrades(found.trades, expected, title);
    expect(expected.length).toBeGreaterThan(500);
    const sum = (column: number): number =>
      expected.reduce((total, line) => total + Number(line.split(',')[column]), 0);
    expect(found.json).toMatchObject({
      trades: expected.length,
      grossPaise: sum(8),
      chargesPaise: sum(9),
      netPaise: sum(10),
      wins: expected.filter((line) => Number(line.split(',')[10]) > 0).length,
    });
  });
});
