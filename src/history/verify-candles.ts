/**
 * Holds a file's candles against the market calendar: what is missing, what cannot be, and on which days the calendar
 * does not know. It judges and changes nothing.
 */
import type { CandleColumns } from '../core/candle-columns.ts';
import type { MarketCalendar, MarketSession, SessionInstrument } from '../core/market-session.ts';
import { DAY_MS, type DayNumber, dayOf, type EpochMs, formatDay, startOfDay } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';

/** What `verifyCandles` needs of a `CandleFile`. */
export interface VerifiableCandles extends CandleColumns {
  readonly timeframe: Timeframe;
  readonly refused: readonly { readonly reason: string; readonly count: number }[];
}

/** Candles in a row that a session should have and the file has not. */
export interface CandleGap {
  readonly from: EpochMs;
  readonly candles: number;
}

export interface CandleAudit {
  readonly candles: number;
  /** Open times of the first and the last candle; null without one. */
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  /** Days with a candle inside the session. */
  readonly days: number;
  /** Of those, days with every candle. */
  readonly fullDays: number;
  /** Of those, days outside the calendar's data: regular hours were assumed. */
  readonly unknownDays: number;
  /** Holes inside days that have candles. Thinly traded instruments have them without anything being lost. */
  readonly gaps: readonly CandleGap[];
  readonly missingCandles: number;
  /** Trading days between the first and the last candle without any, `YYYY-MM-DD`; days the calendar does not know are not counted. */
  readonly missingDays: readonly string[];
  /** Rows refused while reading because the row before had the same time. */
  readonly duplicates: number;
  /** Candles before the open, from the close on, or on a closed day. */
  readonly outsideSession: number;
  readonly firstOutside: EpochMs | null;
  /** Most days begin one candle late and end with one at the close: the rows are named by the end of their candle. */
  readonly looksEndLabelled: boolean;
}

export function verifyCandles(
  candles: VerifiableCandles,
  instrument: SessionInstrument,
  calendar: MarketCalendar,
): CandleAudit {
  const { count, openTime, timeframe } = candles;
  const step = timeframeMs(timeframe);
  const gaps: CandleGap[] = [];
  const missingDays: string[] = [];
  let days = 0;
  let fullDays = 0;
  let unknownDays = 0;
  let outsideSession = 0;
  let firstOutside: EpochMs | null = null;
  let lateDays = 0;
  let previousDay: DayNumber | null = null;

  for (let row = 0; row < count; ) {
    const day = dayOf(openTime[row] ?? 0);
    const end = firstFrom(openTime, row, startOfDay(day) + DAY_MS);
    const session = calendar.sessionOn(instrument, day);
    const slots = slotsOf(openTime, row, end, session, timeframe);
    if (slots.outside > 0) firstOutside ??= openTime[slots.firstOutside] ?? null;
    outsideSession += slots.outside;
    if (session !== null && slots.taken.length > 0) {
      if (previousDay !== null) missingDays.push(...tradingDaysBetween(previousDay, day, instrument, calendar));
      previousDay = day;
      days += 1;
      if (!session.isKnown) unknownDays += 1;
      const holes = timeframe === '1d' ? [] : holesIn(slots.taken, session, step);
      if (holes.length === 0) fullDays += 1;
      gaps.push(...holes);
      const [first] = slots.taken;
      const hasOneAtClose = openTime[slots.firstOutside] === session.close;
      if (timeframe !== '1d' && first === 1 && hasOneAtClose) lateDays += 1;
    }
    row = end;
  }
  return {
    candles: count,
    first: openTime[0] ?? null,
    last: openTime[count - 1] ?? null,
    days,
    fullDays,
    unknownDays,
    gaps,
    missingCandles: gaps.reduce((sum, gap) => sum + gap.candles, 0),
    missingDays,
    duplicates: candles.refused.find((entry) => entry.reason === 'duplicate time')?.count ?? 0,
    outsideSession,
    firstOutside,
    looksEndLabelled: lateDays * 2 > days,
  };
}

interface DaySlots {
  /** Places in the session, 0 for the candle of the open, rising, each once. */
  readonly taken: readonly number[];
  readonly outside: number;
  /** Row of the first candle outside the session; -1 without one. */
  readonly firstOutside: number;
}

function slotsOf(
  openTime: Float64Array,
  from: number,
  to: number,
  session: MarketSession | null,
  timeframe: Timeframe,
): DaySlots {
  const taken: number[] = [];
  let outside = 0;
  let firstOutside = -1;
  for (let row = from; row < to; row++) {
    const time = openTime[row] ?? 0;
    // A daily candle is named by its day, at midnight or at the open.
    const isInside = session !== null && (timeframe === '1d' || (time >= session.open && time < session.close));
    if (!isInside || session === null) {
      outside += 1;
      if (firstOutside < 0) firstOutside = row;
      continue;
    }
    const slot = timeframe === '1d' ? 0 : Math.floor((time - session.open) / timeframeMs(timeframe));
    if (slot !== taken.at(-1)) taken.push(slot);
  }
  return { taken, outside, firstOutside };
}

function holesIn(taken: readonly number[], session: MarketSession, step: number): CandleGap[] {
  const holes: CandleGap[] = [];
  const all = Math.ceil((session.close - session.open) / step);
  let expected = 0;
  for (const slot of [...taken, all]) {
    if (slot > expected) holes.push({ from: session.open + expected * step, candles: slot - expected });
    expected = slot + 1;
  }
  return holes;
}

function tradingDaysBetween(
  after: DayNumber,
  before: DayNumber,
  instrument: SessionInstrument,
  calendar: MarketCalendar,
): string[] {
  const days: string[] = [];
  for (let day = after + 1; day < before; day++) {
    if (calendar.sessionOn(instrument, day)?.isKnown === true) days.push(formatDay(day));
  }
  return days;
}

function firstFrom(times: Float64Array, start: number, time: EpochMs): number {
  let row = start;
  while (row < times.length && (times[row] ?? 0) < time) row += 1;
  return row;
}
