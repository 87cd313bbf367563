import { DataError } from '../core/errors.ts';
import type { BacktestFigures } from '../ports/backtest-desk.ts';

/** Columns of the trades file, counted from the end: the instrument in front may hold commas. */
const EXIT_TIME = -6;
const NET_PAISE = -1;

/** When each trade was closed and what it came to, out of the file that `--trades-out` writes. */
export function readClosedTrades(csv: string): BacktestFigures['closed'] {
  const [, ...lines] = csv.trimEnd().split('\n');
  return lines.map((line, index) => {
    const cells = line.split(',');
    const exitTime = Date.parse(cells.at(EXIT_TIME) ?? '');
    const netPaise = Number(cells.at(NET_PAISE) ?? Number.NaN);
    if (Number.isSafeInteger(exitTime) && Number.isSafeInteger(netPaise)) return { exitTime, netPaise };
    throw new DataError(`trades file, line ${index + 2}: expected a time and paise, found "${line.slice(0, 100)}"`);
  });
}

/** What was won for each rupee lost; null when nothing was lost. */
export function profitFactorOf(closed: BacktestFigures['closed']): number | null {
  let [won, lost] = [0, 0];
  for (const { netPaise } of closed) {
    if (netPaise > 0) won += netPaise;
    else lost -= netPaise;
  }
  return lost === 0 ? null : won / lost;
}
