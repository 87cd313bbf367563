import type { Exchange, Instrument } from '../../../core/instrument.ts';
import type { MarketCalendar } from '../../../core/market-session.ts';
import { DAY_MS, type DayNumber, type EpochMs, HOUR_MS, MINUTE_MS, startOfDay } from '../../../core/time.ts';

/** Where a day's candles are counted from, and which prints are in them: `first <= time < end`. */
export interface SessionHours {
  readonly open: EpochMs;
  readonly first: EpochMs;
  readonly end: EpochMs;
}

export type HoursOf = (instrument: Instrument, day: DayNumber) => SessionHours | null;

const NINE = 9 * HOUR_MS;
const NINE_FIFTEEN = NINE + 15 * MINUTE_MS;
const OPENS_AT_NINE: readonly Exchange[] = ['MCX', 'CDS'];

/** Without a calendar every print of the day counts, and candles are counted from the exchange's regular open. */
export function hoursOf(calendar: MarketCalendar | undefined): HoursOf {
  if (calendar === undefined) {
    return (instrument, day) => {
      const midnight = startOfDay(day);
      const open = midnight + (OPENS_AT_NINE.includes(instrument.exchange) ? NINE : NINE_FIFTEEN);
      return { open, first: midnight, end: midnight + DAY_MS };
    };
  }
  return (instrument, day) => {
    const session = calendar.sessionOn(instrument, day);
    return session === null ? null : { open: session.open, first: session.open, end: session.close };
  };
}
