/**
 * Candle files as one stream of closed candles in order of their end, those outside the session left out and counted.
 */
import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import { candleEnd, type Timeframe } from '../core/timeframe.ts';
import { DAY_MS, dayOf, startOfDay, type EpochMs } from '../core/time.ts';

export interface CandleSource extends CandleColumns {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
}

/** Reads one source candle by candle; `candle` is the next one inside its session, undefined at the end. */
export class CandleCursor {
  readonly #source: CandleSource;
  readonly #instrument: Instrument;
  readonly #calendar: MarketCalendar;
  #row = -1;
  #dayStart = Number.NEGATIVE_INFINITY;
  #session: MarketSession | null = null;
  candle: Candle | undefined;
  /** When the candle ends. */
  end: EpochMs = Number.POSITIVE_INFINITY;
  outsideSession = 0;
  /** First and last day taken with regular hours because the calendar does not know them. */
  unknownDays: { first: EpochMs; last: EpochMs } | null = null;

  constructor(source: CandleSource, instrument: Instrument, calendar: MarketCalendar) {
    this.#source = source;
    this.#instrument = instrument;
    this.#calendar = calendar;
    this.next();
  }

  get rowsRead(): number {
    return Math.min(this.#row, this.#source.count);
  }

  next(): void {
    const { count, openTime, open, high, low, close, volume, timeframe, instrumentId } = this.#source;
    for (this.#row += 1; this.#row < count; this.#row += 1) {
      const row = this.#row;
      const session = this.#sessionAt(openTime[row] as number);
      const time = timeframe === '1d' && session ? session.open : (openTime[row] as number);
      if (!session || time < session.open || time >= session.close) {
        this.outsideSession += 1;
        continue;
      }
      this.candle = {
        instrumentId,
        timeframe,
        openTime: time,
        open: open[row] as number,
        high: high[row] as number,
        low: low[row] as number,
        close: close[row] as number,
        volume: volume[row] as number,
        openInterest: null,
        provenance: 'import',
      };
      this.end = candleEnd(time, timeframe, session.close);
      return;
    }
    this.candle = undefined;
    this.end = Number.POSITIVE_INFINITY;
  }

  #sessionAt(time: EpochMs): MarketSession | null {
    if (time >= this.#dayStart && time < this.#dayStart + DAY_MS) return this.#session;
    const day = dayOf(time);
    this.#dayStart = startOfDay(day);
    this.#session = this.#calendar.sessionOn(this.#instrument, day);
    if (this.#session && !this.#session.isKnown) {
      this.unknownDays = { first: this.unknownDays?.first ?? this.#dayStart, last: this.#dayStart };
    }
    return this.#session;
  }
}

/** Of several cursors the one whose candle ends first; the earlier source wins a tie. Undefined when all have ended. */
export function earliestOf(cursors: readonly CandleCursor[]): CandleCursor | undefined {
  let earliest: CandleCursor | undefined;
  for (const cursor of cursors) if (cursor.candle && (!earliest || cursor.end < earliest.end)) earliest = cursor;
  return earliest;
}
