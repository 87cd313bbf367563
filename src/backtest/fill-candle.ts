import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { dayOf, type EpochMs, startOfDay } from '../core/time.ts';
import { timeframeMs } from '../core/timeframe.ts';
import { type CandleSource, openOfRow } from './candle-stream.ts';
import type { CandleOpenOf } from './trades-csv.ts';

/**
 * Tells the open time of the stored candle whose price a fill has: the latest one that had opened by then. Of a daily
 * candle that is midnight, as candles of a day are named by it.
 */
export function candleOpenOf(
  sources: readonly CandleSource[],
  instruments: ReadonlyMap<InstrumentId, Instrument>,
  calendar: MarketCalendar,
  label: 'start' | 'end',
): CandleOpenOf {
  const byInstrument = new Map(sources.map((source) => [source.instrumentId, source]));
  return (instrumentId, time) => {
    const source = byInstrument.get(instrumentId);
    const instrument = instruments.get(instrumentId);
    if (!source || !instrument) return time;
    if (source.timeframe === '1d') return startOfDay(dayOf(time));
    const session = calendar.sessionOn(instrument, dayOf(time));
    if (!session) return time;
    const length = timeframeMs(source.timeframe);
    for (let row = lastAtOrBefore(source.openTime, time); row >= 0; row--) {
      const written = source.openTime[row] ?? 0;
      if (written < session.open) break;
      const open = openOfRow(written, session, source.timeframe, length, label);
      if (open !== undefined && open <= time) return open;
    }
    return time;
  };
}

/** -1 when all rows are later. */
function lastAtOrBefore(times: Float64Array, time: EpochMs): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
