import { formatMoney, formatPercent, formatUnits } from '../alerts/format-values.ts';
import { type EpochMs, formatClock, MINUTE_MS } from '../core/time.ts';
import type { RiskLimits } from '../engine/risk/risk-limits.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';

/** An account's limits, those that are set, with what is used where that is known. */
export function limitLines(
  limits: RiskLimits,
  { parts }: Pick<TradingEngine, 'parts'>,
  now: EpochMs,
): readonly string[] {
  const { portfolio } = parts;
  const lost = Math.max(0, -portfolio.dayPaise);
  const lines: readonly [unknown, string][] = [
    [limits.dailyLossPaise, `loss of the day: ${formatMoney(lost)} of ${formatMoney(limits.dailyLossPaise ?? 0)}`],
    [limits.maxDrawdownPercent, `drawdown from the peak: at most ${formatPercent(limits.maxDrawdownPercent ?? 0)}`],
    [limits.maxOpenPositions, `open positions: ${portfolio.open.size} of ${limits.maxOpenPositions}`],
    [
      limits.maxPositionPerInstrument,
      `units in an instrument: at most ${formatUnits(limits.maxPositionPerInstrument ?? 0)}`,
    ],
    [limits.maxOrderValuePaise, `value of an order: at most ${formatMoney(limits.maxOrderValuePaise ?? 0)}`],
    [limits.maxOrdersPerMinute, `orders a minute: at most ${limits.maxOrdersPerMinute}`],
    [limits.maxOrdersPerDay, `orders a day: at most ${limits.maxOrdersPerDay}`],
    [limits.priceBandPercent, `from the last price: at most ${formatPercent(limits.priceBandPercent ?? 0)}`],
    [
      limits.cooldownAfterStopMs,
      `after a stop: no entry for ${Math.round((limits.cooldownAfterStopMs ?? 0) / MINUTE_MS)} min`,
    ],
    [limits.losingStreak, `losing trades in a row: at most ${limits.losingStreak}`],
  ];
  return [
    ...lines.flatMap(([limit, line]) => (limit === null ? [] : [line])),
    `intraday positions are closed ${Math.round(limits.squareOffBeforeCloseMs / MINUTE_MS)} min before the close`,
    `as of ${formatClock(now)}`,
  ];
}
