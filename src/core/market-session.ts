import type { Exchange } from './instrument.ts';
import type { DayNumber, EpochMs } from './time.ts';

/** What decides an instrument's trading hours. */
export interface SessionInstrument {
  readonly exchange: Exchange;
  readonly kind: 'EQUITY' | 'INDEX' | 'FUTURE' | 'OPTION';
  readonly hasDerivatives: boolean;
  /** On MCX farm goods close earlier than metals and energy; without a symbol the latter's hours hold. */
  readonly symbol?: string;
}

/** One day's continuous trading of one segment, half open: `open <= time < close`. */
export interface MarketSession {
  readonly day: DayNumber;
  readonly open: EpochMs;
  readonly close: EpochMs;
  /** Prints in here come from an auction and are no trade flow. */
  readonly auction: { readonly open: EpochMs; readonly close: EpochMs } | null;
  readonly kind: 'regular' | 'special' | 'muhurat' | 'evening';
  /** False when the day lies outside the calendar's data and regular hours were assumed. */
  readonly isKnown: boolean;
}

/** Answers from dated data; the data and their sources come in from outside. */
export interface MarketCalendar {
  /** The day's session, or null when the segment is closed that day. */
  sessionOn(instrument: SessionInstrument, day: DayNumber): MarketSession | null;
  /** The first session that closes after `time`; it may be open already. */
  nextSession(instrument: SessionInstrument, time: EpochMs): MarketSession | null;
}
