import { expect, test } from 'vitest';
import { toPaise } from '../../../src/core/money.ts';
import { backtestOn } from '../../support/backtest-runs.ts';

const DATA = 'backtest-data/candles/1m/ITC.parquet';
const ASK = { timeframe: '15m', params: { fast: 5, slow: 13, stopPercent: 1 } } as const;

test('entries are sized by their value as a bot sizes them, and the run is another one', async () => {
  const [one, valued] = [
    await backtestOn(DATA, ASK),
    await backtestOn(DATA, { ...ASK, sizing: { kind: 'fixed-value', paise: toPaise(50_000) } }),
  ];
  expect(one.trades.length).toBeGreaterThan(3);
  expect(valued.trades.length).toBe(one.trades.length);
  for (const line of valued.trades) {
    const [, , quantity = '', , price = ''] = line.split(',');
    const worth = Number(quantity) * Number(price);
    expect(worth, line).toBeGreaterThan(49_000);
    expect(worth, line).toBeLessThan(50_600);
  }
  expect(valued.json.run).toMatchObject({ quantity: null, sizing: { kind: 'fixed-value', paise: 5_000_000 } });
  expect(one.json.run.quantity).toBe(1);
  expect(one.json.run).not.toHaveProperty('sizing');
  expect(valued.json.run.id).not.toBe(one.json.run.id);
});
