/** Which days of a span still have to be fetched. */
import type { CandleColumns } from '../core/candle-columns.ts';
import type { MarketCalendar, MarketSession, SessionInstrument } from '../core/market-session.ts';
import { type DayNumber, dayOf, type EpochMs, MINUTE_MS } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import { type DayRange, isDayIn } from './day-ranges.ts';

/** Brokers go on correcting a day's candles for a while after the close. */
const SETTLED_AFTER_MS = 30 * MINUTE_MS;

export interface DayPlan {
  /** To be fetched, oldest first; closed days between two of them are inside a range. */
  readonly missing: readonly DayRange[];
  /** Trading days that are there already. */
  readonly held: number;
}

export interface PlanInput {
  readonly span: DayRange;
  readonly timeframe: Timeframe;
  readonly instrument: SessionInstrument;
  readonly calendar: MarketCalendar;
  readonly fetched: readonly DayRange[];
  readonly stored: CandleColumns;
  readonly now: EpochMs;
}

export function planDays(input: PlanInput): DayPlan {
  const { span, timeframe, instrument, calendar, fetched, now } = input;
  const candlesByDay = countByDay(input);
  const missing: DayRange[] = [];
  let held = 0;
  // Days that nobody trades on neither end a range nor begin one.
  let isOpen = false;
  for (let day = span.first; day <= span.last; day++) {
    const session = calendar.sessionOn(instrument, day);
    if (session === null) continue;
    if (session.open >= now) break;
    const isHeld = isDayIn(fetched, day) || (candlesByDay.get(day) ?? 0) >= candlesIn(session, timeframe);
    if (isHeld) held += 1;
    const before = missing.at(-1);
    if (!isHeld && isOpen && before !== undefined) missing[missing.length - 1] = { first: before.first, last: day };
    else if (!isHeld) missing.push({ first: day, last: day });
    isOpen = !isHeld;
  }
  return { missing, held };
}

/** Whether nothing will be added to a session's candles any more. */
export function isSettled({ close, auction }: MarketSession, now: EpochMs): boolean {
  return Math.max(close, auction?.close ?? close) + SETTLED_AFTER_MS <= now;
}

function candlesIn(session: MarketSession, timeframe: Timeframe): number {
  return timeframe === '1d' ? 1 : Math.ceil((session.close - session.open) / timeframeMs(timeframe));
}

function countByDay({ stored, instrument, calendar, timeframe }: PlanInput): ReadonlyMap<DayNumber, number> {
  const counts = new Map<DayNumber, number>();
  for (const time of stored.openTime) {
    const day = dayOf(time);
    const session = calendar.sessionOn(instrument, day);
    const isInside = session !== null && (timeframe === '1d' || (time >= session.open && time < session.close));
    if (isInside) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return counts;
}
