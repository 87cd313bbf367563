import { formatDenialReason } from '../alerts/format-denial.ts';
import { standingDenials } from '../engine/risk/risk-engine.ts';
import type { RiskLimits } from '../engine/risk/risk-limits.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';

const FLAT = { quantity: 0 };

/** Limits that are reached, and keep every entry from going out; looking at them changes nothing in the engine. */
export function haltLines(limits: RiskLimits, { parts }: Pick<TradingEngine, 'parts'>): readonly string[] {
  const { portfolio, book } = parts;
  const { equityPaise, capitalPaise, dayPaise, losingStreak, marks, open } = portfolio;
  const held = new Set([...open].map(({ strategyId, instrumentId }) => `${strategyId}|${instrumentId}`));
  const pending = [...book.workingEntries].map(({ strategyId, instrumentId }) => `${strategyId}|${instrumentId}`);
  const account = {
    ...{ equityPaise, capitalPaise, dayPaise, losingStreak, ordersToday: book.plannedToday },
    // The portfolio's own reading of its peak would take the price of this moment into it.
    peakEquityPaise: Math.max(marks.peakEquityPaise, equityPaise),
    openPositions: open.size,
    pendingPositions: new Set(pending.filter((key) => !held.has(key))).size,
  };
  return standingDenials({ limits, account, position: FLAT }).map(
    (reason) => `entries: DENIED, ${formatDenialReason(reason)}`,
  );
}
