import type { Candle } from '../core/candle.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';

export interface CandleQuery {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  /** Inclusive. */
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
}

/** Candles by instrument, timeframe and open time. Writing one again replaces it. */
export interface CandleStore {
  append(candles: readonly Candle[]): Promise<void>;
  /** In order of open time. */
  read(query: CandleQuery): Promise<readonly Candle[]>;
}
