import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import { type DayNumber, dayOf, startOfDay, weekdayOf } from '../core/time.ts';
import type { CandleSource } from './candle-stream.ts';

/**
 * The calendar as the candles know it. Looking ahead over days that it has no data for, a calendar skips Saturdays and
 * Sundays; where the candles show that such a day was traded (a budget, a test of the exchange) it is the next session,
 * and an order that waits for the next open is done there.
 */
export function calendarOfData(
  calendar: MarketCalendar,
  sources: readonly (readonly [CandleSource, Instrument])[],
): MarketCalendar {
  const found = new Set<DayNumber>();
  for (const [source, instrument] of sources) {
    for (const day of weekendDaysOf(source)) {
      const session = calendar.sessionOn(instrument, day);
      if (session && !session.isKnown && hasCandleIn(source, session)) found.add(day);
    }
  }
  if (found.size === 0) return calendar;
  const weekendDays = [...found].sort((a, b) => a - b);
  return {
    sessionOn: (instrument, day) => calendar.sessionOn(instrument, day),
    nextSession(instrument, time) {
      const next = calendar.nextSession(instrument, time);
      const before = next?.day ?? Number.POSITIVE_INFINITY;
      for (const day of weekendDays) {
        if (day < dayOf(time)) continue;
        if (day >= before) break;
        const session = calendar.sessionOn(instrument, day);
        if (session && session.close > time) return session;
      }
      return next;
    },
  };
}

function* weekendDaysOf({ openTime, count }: CandleSource): Generator<DayNumber> {
  for (let row = 0; row < count; ) {
    const day = dayOf(openTime[row] ?? 0);
    if (weekdayOf(day) === 0 || weekdayOf(day) === 6) yield day;
    row = firstAtOrAfter(openTime, startOfDay(day + 1));
  }
}

function hasCandleIn({ openTime, count, timeframe }: CandleSource, session: MarketSession): boolean {
  // A daily candle is named by its day.
  const from = timeframe === '1d' ? startOfDay(session.day) : session.open;
  const row = firstAtOrAfter(openTime, from);
  return row < count && (openTime[row] ?? 0) < session.close;
}

/** The first row at `time` or later. */
function firstAtOrAfter(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
