/** What the running worker and its broker know of the account, in lines for people. */
import { formatMoney, formatPercent, formatResult, formatUnits } from '../alerts/format-values.ts';
import { ruleLine } from '../alerts/views/rule-view.ts';
import { DAY_MS, type EpochMs } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { PostgresGtt } from '../db/postgres-gtt.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import { reasonOf } from '../jobs/outcome-results.ts';
import type { OpenMarket } from './open-market.ts';

export function fundsLines({ parts }: Pick<TradingEngine, 'parts'>, now: EpochMs): readonly string[] {
  const { equityPaise, dayPaise, capitalPaise, marks } = parts.portfolio;
  // The portfolio's own reading of its peak would take the price of this moment into it.
  const peakEquityPaise = Math.max(marks.peakEquityPaise, equityPaise);
  const fallen = peakEquityPaise <= 0 ? 0 : ((peakEquityPaise - equityPaise) / peakEquityPaise) * 100;
  const available = parts.desk.funds.availablePaise(now);
  return [
    `equity: ${formatMoney(equityPaise)}, ${formatResult(dayPaise)} today`,
    `capital: ${formatMoney(capitalPaise)}, peak: ${formatMoney(peakEquityPaise)}, fallen from it: ${formatPercent(fallen)}`,
    Number.isFinite(available)
      ? `available at the broker: ${formatMoney(Math.round(available))}`
      : 'the broker has not said of late what is available',
  ];
}

export async function holdingLines({ desk }: Pick<OpenMarket, 'desk'>): Promise<readonly string[]> {
  if (desk === null) return ['on paper nothing is held at a broker'];
  const outcome = await desk.broker.holdings();
  if (outcome.kind !== 'done') return [`the broker could not be asked: ${reasonOf(outcome)}`];
  const { holdings, unreadRows } = outcome.value;
  const unread = unreadRows === 0 ? [] : [`${unreadRows} rows of the broker's list can not be read`];
  return [...holdings.map(({ name, quantity }) => `${name}: ${formatUnits(quantity)}`), ...unread];
}

export async function ruleLines(database: Database, now: EpochMs): Promise<readonly string[]> {
  const rules = await new PostgresGtt(database).unsettled(now - DAY_MS);
  return rules.map(ruleLine);
}
