import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BacktestJson } from '../../src/backtest/backtest-report.ts';
import { type BacktestRequest, runBacktest } from '../../src/backtest/run-backtest.ts';
import { toPaise } from '../../src/core/money.ts';
import type { Strategy } from '../../src/engine/strategy/strategy.ts';
import { strategies } from '../../strategies/index.ts';
import { tempFolder, writeText } from './temp-folder.ts';

export interface BacktestAsk extends Partial<Omit<BacktestRequest, 'strategy' | 'params' | 'tradesOutPath'>> {
  /** A registered one by name, or one of the test's own; the EMA crossover by default. */
  readonly strategy?: string | Strategy;
  /** As an owner writes them; what is absent takes its default. */
  readonly params?: object;
}

export interface BacktestEnd {
  readonly json: BacktestJson;
  readonly text: string;
  /** Lines of the trades file without its header. */
  readonly trades: readonly string[];
  readonly header: string;
}

export const CANDLE_HEADER = 'timestamp,open,high,low,close,volume';

/** The `backtest` command's work with its defaults, without the command line; orders at any price unless asked. */
export async function backtestOn(dataPath: string, ask: BacktestAsk = {}): Promise<BacktestEnd> {
  const { strategy: wanted = 'ema-crossover', params = {}, ...changes } = ask;
  const strategy = typeof wanted === 'string' ? strategies.get(wanted) : wanted;
  if (!strategy) throw new Error(`Expected a registered strategy, found "${String(wanted)}"`);
  const tradesOutPath = join(tempFolder(), 'trades.csv');
  const { json, text } = await runBacktest({
    strategy,
    params: strategy.params.parse(params),
    dataPath,
    timeframe: null,
    from: null,
    to: null,
    capitalPaise: toPaise(1_000_000),
    quantity: 1,
    slippageBps: 0,
    orders: 'market',
    product: 'DELIVERY',
    broker: 'angel-one',
    label: 'start',
    instrumentId: null,
    calendarPath: null,
    chargesPath: null,
    ...changes,
    tradesOutPath,
  });
  const [header = '', ...trades] = readFileSync(tradesOutPath, 'utf8').trimEnd().split('\n');
  return { json, text, trades, header };
}

/** Rows such as `2024-01-01 09:15 100 101 99 100.5` (IST) as a candle file in a folder of its own. */
export function candleFile(rows: readonly string[], name = 'TEST.csv', folder = tempFolder()): string {
  const lines = rows.map((row) => {
    const [day, clock, open, high, low, close] = row.split(/\s+/);
    return `${day}T${clock}:00+05:30,${open},${high},${low},${close},1000`;
  });
  return writeText(folder, name, `${[CANDLE_HEADER, ...lines].join('\n')}\n`);
}
