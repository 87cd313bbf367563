import type { MarketCalendar, MarketSession } from '../../../core/market-session.ts';
import { type DayNumber, dayOf, startOfDay } from '../../../core/time.ts';

/** Every day from midnight to midnight, so that a simulator on the system's clock can be traded on at any hour. */
export const ALWAYS_OPEN: MarketCalendar = {
  sessionOn: (_instrument, day) => sessionOf(day),
  nextSession: (_instrument, time) => sessionOf(dayOf(time)),
};

function sessionOf(day: DayNumber): MarketSession {
  return {
    day,
    open: startOfDay(day),
    close: startOfDay(day + 1),
    auction: null,
    kind: 'special',
    isKnown: false,
  };
}
