/**
 * Whether a list of instruments may still be traded from. Tokens of contracts are used again after expiry and lots change,
 * so a list older than one trading day is refused for derivatives; a share keeps its token, so there it is a warning.
 */
import type { MarketCalendar, SessionInstrument } from '../../../core/market-session.ts';
import { dayOf, type EpochMs, formatIst, weekdayOf } from '../../../core/time.ts';

export interface MasterFreshness {
  /** Trading days that have begun since the list's own; 0 on its day, 1 for yesterday's list. */
  readonly tradingDays: number;
  readonly canTradeDerivatives: boolean;
  /** Of when the list is, for a person; null when there is none. */
  readonly age: string | null;
  /** What a person is told; null when the list is today's. */
  readonly warning: string | null;
}

const DERIVATIVE: SessionInstrument = { exchange: 'NFO', kind: 'FUTURE', hasDerivatives: false };
/** A list older than this is old however many of the days were holidays. */
const LONGEST_COUNT = 30;

/** `listTime` is when the broker gave the list out; undefined when there never was one. */
export function masterFreshness(
  listTime: EpochMs | undefined,
  now: EpochMs,
  calendar: MarketCalendar,
): MasterFreshness {
  if (listTime === undefined) {
    const warning = 'There is no list of instruments: run "instruments import" first.';
    return { tradingDays: Number.POSITIVE_INFINITY, canTradeDerivatives: false, age: null, warning };
  }
  const today = dayOf(now);
  const listDay = dayOf(listTime);
  let tradingDays = today - listDay > LONGEST_COUNT ? LONGEST_COUNT : 0;
  for (let day = listDay + 1; day <= today && tradingDays < LONGEST_COUNT; day++) {
    const session = calendar.sessionOn(DERIVATIVE, day);
    // Where the calendar knows nothing it assumes regular hours on every day.
    const isTradingDay = session !== null && (session.isKnown || (weekdayOf(day) !== 0 && weekdayOf(day) !== 6));
    if (isTradingDay) tradingDays += 1;
  }
  const canTradeDerivatives = tradingDays <= 1;
  const age = `The list of instruments is of ${formatIst(listTime)}, ${tradingDays} trading day${tradingDays === 1 ? '' : 's'} old`;
  if (tradingDays === 0) return { tradingDays, canTradeDerivatives, age, warning: null };
  const warning = canTradeDerivatives ? `${age}.` : `${age}: futures and options are not traded from it.`;
  return { tradingDays, canTradeDerivatives, age, warning };
}
