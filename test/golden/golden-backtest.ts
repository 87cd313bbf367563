import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type BacktestAsk, backtestOn } from '../support/backtest-runs.ts';

const SAMPLE = fileURLToPath(new URL('../../backtest-data/candles/1m/', import.meta.url));

/** Of the candles in `backtest-data`, drawn by `npm run sample`. */
const CANDLES_HASH = 'd9cacc30e783b4b1';

/** What a backtest over the sample market came to. */
export interface Golden {
  readonly signals: number;
  readonly denied: Readonly<Record<string, number>>;
  readonly trades: number;
  readonly exits: Readonly<Record<string, number>>;
  readonly grossPaise: number;
  readonly chargesPaise: number;
  readonly netPaise: number;
  readonly maxDrawdownPaise: number;
  readonly orderListHash: string;
}

const LOOK_TWICE = `A golden backtest has moved.

These figures are the only witness that no decision, fill or charge moves by accident, so do not copy the new ones first:
 1. Run the same backtest before and after your change with --trades-out (the title says strategy, timeframe, product) and
    look at the first trade that differs.
 2. If you can not say in a sentence why it must differ, the change is wrong, not the figures.
 3. If you can (a strategy's rule, a rate, a holiday, a fixed fault), put the new figures here in the same commit and say
    that sentence in its message.`;

/** Runs the strategy over the sample market and holds what comes of it against what came of it before. */
export async function expectGolden(ask: BacktestAsk, golden: Golden): Promise<void> {
  const { json } = await backtestOn(SAMPLE, ask);
  expect(json.run.candlesHash, 'The sample market was drawn anew: all golden figures move with it.').toBe(CANDLES_HASH);
  const { grossPaise, chargesPaise, netPaise, maxDrawdownPaise, orderListHash, trades, exits } = json;
  const { total: signals, denied } = json.signals;
  const found: Golden = {
    ...{ signals, denied, trades, exits, grossPaise, chargesPaise, netPaise, maxDrawdownPaise, orderListHash },
  };
  expect(found, LOOK_TWICE).toEqual(golden);
}
