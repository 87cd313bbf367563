import type { Candle } from '../core/candle.ts';
import type { CandleQuery } from './candle-store.ts';
import type { Outcome } from './outcome.ts';

/** Where past candles are fetched. */
export interface HistorySource {
  readonly name: string;
  /** Cuts a span into what one call may ask for, oldest first; each begins on a session's day. */
  split(query: CandleQuery): readonly CandleQuery[];
  /** Closed candles of one such part, provenance `backfill`, oldest first; a forming one is left out. Empty on holidays. */
  fetch(part: CandleQuery): Promise<Outcome<readonly Candle[]>>;
}
