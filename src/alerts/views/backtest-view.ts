import { formatDay } from '../../core/time.ts';
import type { BacktestFigures } from '../../ports/backtest-desk.ts';
import { formatMoney, formatPercent, formatResult, formatUnits } from '../format-values.ts';

/** What a backtest has come to, a line each. */
export function backtestLines(figures: BacktestFigures): readonly string[] {
  const { trades, won, netPaise, chargesPaise, maxDrawdownPaise, maxDrawdownPercent, candles, notes } = figures;
  const { timeframe, count, days, first, last } = candles;
  const data = `${formatUnits(count)} candles of ${timeframe} on ${days} ${days === 1 ? 'day' : 'days'}, ${formatDay(first)} to ${formatDay(last)}`;
  const fall = `deepest fall: ${formatMoney(maxDrawdownPaise)} (${formatPercent(maxDrawdownPercent)})`;
  const results =
    trades === 0
      ? ['no trade was made']
      : [
          `net: ${formatResult(netPaise)} after ${formatMoney(chargesPaise)} charges`,
          `${trades} ${trades === 1 ? 'trade' : 'trades'}, ${won} won (${formatPercent((won / trades) * 100)}), profit factor ${factorOf(figures)}`,
          fall,
        ];
  return [...results, `data: ${data}`, ...notes.map((note) => `note: ${note}`)];
}

function factorOf({ profitFactor }: BacktestFigures): string {
  return profitFactor === null ? 'none, as nothing was lost' : profitFactor.toFixed(2);
}
