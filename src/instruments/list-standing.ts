import { masterFreshness } from '../brokers/angel-one/instrument-master/master-freshness.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { dayOf, type EpochMs } from '../core/time.ts';
import type { ImportFacts } from '../db/import-listings.ts';

/** What the stored list is good for now. */
export interface ListStanding {
  /** Got from the broker today. */
  readonly isTodays: boolean;
  readonly canTradeDerivatives: boolean;
  /** What a person is told; null when there is nothing to tell. */
  readonly warning: string | null;
}

/**
 * Contracts are traded from a list that was got since the last trading day began, and that by the broker's own word is not
 * older than the trading day before: overnight lots and strikes are changed and tokens given to other contracts.
 */
export function standingOf(last: ImportFacts | undefined, now: EpochMs, calendar: MarketCalendar): ListStanding {
  const got = masterFreshness(last?.listTime, now, calendar);
  if (last === undefined) return { isTodays: false, canTradeDerivatives: false, warning: got.warning };
  const isTodays = dayOf(last.listTime) === dayOf(now);
  if (got.tradingDays > 0) {
    return { isTodays, canTradeDerivatives: false, warning: `${got.age}: futures and options are not traded from it.` };
  }
  const { canTradeDerivatives, warning } = masterFreshness(last.givenTime ?? last.listTime, now, calendar);
  return { isTodays, canTradeDerivatives, warning: canTradeDerivatives ? null : warning };
}
