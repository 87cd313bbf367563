import type { InstrumentId } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { MarketCalendar, MarketSession, SessionInstrument } from '../../src/core/market-session.ts';
import {
  type DayNumber,
  dayOf,
  type EpochMs,
  parseDay,
  parseTimeOfDay,
  startOfDay,
  weekdayOf,
} from '../../src/core/time.ts';

const CLOSING_AUCTION_FROM = dayNumber('2026-08-03');
const MUHURAT = dayNumber('2026-11-08');

/**
 * A small calendar for tests: Monday to Friday, no holidays, the closing auction of shares with derivatives from
 * 3 August 2026 and the Muhurat session of 8 November 2026 (18:00-19:15).
 */
export const fixedCalendar: MarketCalendar = {
  sessionOn,
  nextSession(instrument, time) {
    for (let day = dayOf(time); day < dayOf(time) + 10; day++) {
      const session = sessionOn(instrument, day);
      if (session !== null && session.close > time) return session;
    }
    return null;
  },
};

export function dayNumber(day: string): DayNumber {
  const number = parseDay(day);
  if (number === undefined) throw new Error(`Expected a date like "2026-08-03", found "${day}"`);
  return number;
}

/** `ist('2026-08-03', '09:15:00')` in epoch ms. */
export function ist(day: string, clock: string): EpochMs {
  const ms = parseTimeOfDay(clock);
  if (ms === undefined) throw new Error(`Expected a time of day like "09:15", found "${clock}"`);
  return startOfDay(dayNumber(day)) + ms;
}

export function testInstrument(id: string, changes: Partial<Instrument> = {}): Instrument {
  return {
    id: id as InstrumentId,
    exchange: 'NSE',
    symbol: id.split(':')[1] ?? id,
    name: id,
    kind: 'EQUITY',
    tickSize: 0.05,
    lotSize: 1,
    freezeQuantity: null,
    expiry: null,
    strike: null,
    optionType: null,
    underlying: null,
    hasDerivatives: false,
    ...changes,
  };
}

function sessionOn(instrument: SessionInstrument, day: DayNumber): MarketSession | null {
  if (day === MUHURAT) return session(day, '18:00', '19:15', 'muhurat');
  if (weekdayOf(day) === 0 || weekdayOf(day) === 6) return null;
  if (instrument.exchange === 'MCX') return session(day, '09:00', '23:30', 'regular');
  const hasAuctions = day >= CLOSING_AUCTION_FROM;
  if (instrument.exchange === 'NFO' || instrument.exchange === 'BFO') {
    return session(day, '09:15', hasAuctions ? '15:40' : '15:30', 'regular');
  }
  const hasAuction = hasAuctions && instrument.kind === 'EQUITY' && instrument.hasDerivatives;
  if (!hasAuction) return session(day, '09:15', '15:30', 'regular');
  const auction = { open: at(day, '15:15'), close: at(day, '15:35') };
  return { ...session(day, '09:15', '15:15', 'regular'), auction };
}

function session(day: DayNumber, open: string, close: string, kind: MarketSession['kind']): MarketSession {
  return { day, open: at(day, open), close: at(day, close), auction: null, kind, isKnown: true };
}

function at(day: DayNumber, clock: string): EpochMs {
  return startOfDay(day) + (parseTimeOfDay(clock) ?? 0);
}
