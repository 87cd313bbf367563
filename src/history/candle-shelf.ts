import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { CandleQuery } from '../ports/candle-store.ts';
import type { DayRange } from './day-ranges.ts';

/** The candles of one instrument and one timeframe. */
export interface CandleSeries {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
}

/** Where downloaded candles are kept, with the days that were fetched: a thinly traded day has holes and is whole all the same. */
export interface CandleShelf {
  /** Where it keeps a series, for people. */
  placeOf(series: CandleSeries): string;
  fetchedDays(series: CandleSeries): Promise<readonly DayRange[]>;
  read(query: CandleQuery): Promise<CandleColumns>;
  /** Keeps the candles for good, replacing those of the same time, and only then says that the days were fetched. */
  put(series: CandleSeries, candles: readonly Candle[], days: readonly DayRange[]): Promise<void>;
}

export function columnsOfCandles(candles: readonly Candle[]): CandleColumns {
  const column = (pick: (candle: Candle) => number): Float64Array => Float64Array.from(candles, pick);
  return {
    count: candles.length,
    openTime: column(({ openTime }) => openTime),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
}
