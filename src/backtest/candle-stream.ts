/**
 * Stored candles as one stream of closed candles in order of their end. Candles outside the session, off the timeframe's
 * grid or a second time on a day are left out and counted: neither the exchange nor the engine sees them.
 */
import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import { DAY_MS, dayOf, type EpochMs, startOfDay } from '../core/time.ts';
import { candleEnd, type Timeframe, timeframeMs } from '../core/timeframe.ts';

/** Candles of one instrument, rising in time. */
export interface CandleSource extends CandleColumns {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
}

/** Reads one source candle by candle; `candle` is the next one inside its session, undefined at the end. */
export class CandleCursor {
  readonly #source: CandleSource;
  readonly #instrument: Instrument;
  readonly #calendar: MarketCalendar;
  readonly #label: 'start' | 'end';
  readonly #lengthMs: number;
  #row = -1;
  #dayStart = Number.NEGATIVE_INFINITY;
  #session: MarketSession | null = null;
  #previousTime = Number.NEGATIVE_INFINITY;
  candle: Candle | undefined;
  /** When the candle ends. */
  end: EpochMs = Number.POSITIVE_INFINITY;
  outsideSession = 0;
  /** Open time of the first candle outside the session. */
  firstOutside: EpochMs | null = null;
  offGrid = 0;
  duplicates = 0;
  /** First and last day taken with regular hours because the calendar does not know them. */
  unknownDays: { first: EpochMs; last: EpochMs } | null = null;
  #days = 0;
  #atOpen = 0;
  #atClose = 0;

  /** With `label` `end` the source's times are the rows' own less one length of the timeframe. */
  constructor(
    source: CandleSource,
    instrument: Instrument,
    calendar: MarketCalendar,
    label: 'start' | 'end' = 'start',
  ) {
    this.#source = source;
    this.#instrument = instrument;
    this.#calendar = calendar;
    this.#label = label;
    this.#lengthMs = timeframeMs(source.timeframe);
    this.next();
  }

  /** Most days have a row at the close and none at the open: rows seem to be named by the end of their candle. */
  get looksEndLabelled(): boolean {
    return this.#source.timeframe !== '1d' && this.#atClose * 2 > this.#days && this.#atOpen * 2 < this.#days;
  }

  next(): void {
    const { count, openTime, open, high, low, close, volume, timeframe, instrumentId } = this.#source;
    for (this.#row += 1; this.#row < count; this.#row += 1) {
      const row = this.#row;
      const written = openTime[row] ?? 0;
      const session = this.#sessionAt(written);
      if (session === null) {
        this.#refuseOutside(written);
        continue;
      }
      const time = this.#openOf(written, session);
      if (time === undefined) continue;
      this.candle = {
        instrumentId,
        timeframe,
        openTime: time,
        open: open[row] ?? 0,
        high: high[row] ?? 0,
        low: low[row] ?? 0,
        close: close[row] ?? 0,
        volume: volume[row] ?? 0,
        openInterest: null,
        provenance: 'import',
      };
      this.end = candleEnd(time, timeframe, session.close);
      return;
    }
    this.candle = undefined;
    this.end = Number.POSITIVE_INFINITY;
  }

  /** Where the candle opens; undefined when it is refused, and counted. */
  #openOf(written: EpochMs, session: MarketSession): EpochMs | undefined {
    const time = openOfRow(written, session, this.#source.timeframe, this.#lengthMs, this.#label);
    if (time === undefined) {
      if (written === session.close) this.#atClose += 1;
      if (written >= session.open && written < session.close) this.offGrid += 1;
      else this.#refuseOutside(written);
      return undefined;
    }
    if (time <= this.#previousTime) {
      this.duplicates += 1;
      return undefined;
    }
    if (time === session.open) this.#atOpen += 1;
    this.#previousTime = time;
    return time;
  }

  #refuseOutside(time: EpochMs): void {
    this.outsideSession += 1;
    this.firstOutside ??= time;
  }

  #sessionAt(time: EpochMs): MarketSession | null {
    if (time >= this.#dayStart && time < this.#dayStart + DAY_MS) return this.#session;
    const day = dayOf(time);
    this.#dayStart = startOfDay(day);
    this.#session = this.#calendar.sessionOn(this.#instrument, day);
    if (this.#session) this.#days += 1;
    if (this.#session && !this.#session.isKnown) {
      this.unknownDays = { first: this.unknownDays?.first ?? this.#dayStart, last: this.#dayStart };
    }
    return this.#session;
  }
}

/**
 * Where the candle of a row opens: a daily one with its session, an intraday one at its own time. The day's last candle is
 * cut at the close, so named by its end it opens less than a length before. Undefined outside the session and off the grid.
 */
export function openOfRow(
  written: EpochMs,
  session: MarketSession,
  timeframe: Timeframe,
  lengthMs: number,
  label: 'start' | 'end',
): EpochMs | undefined {
  if (timeframe === '1d') return session.open;
  if (written < session.open || written >= session.close) return undefined;
  // A session lasts far less than 2^31 ms, and an integer remainder is several times as fast.
  const past = ((written - session.open) | 0) % lengthMs;
  if (past === 0) return written;
  return label === 'end' && written + lengthMs === session.close ? written + lengthMs - past : undefined;
}

/** Of several cursors the one whose candle ends first; the earlier source wins a tie. Undefined when all have ended. */
export function earliestOf(cursors: readonly CandleCursor[]): CandleCursor | undefined {
  let earliest: CandleCursor | undefined;
  for (const cursor of cursors) if (cursor.candle && (!earliest || cursor.end < earliest.end)) earliest = cursor;
  return earliest;
}
