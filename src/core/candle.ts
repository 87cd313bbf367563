import type { InstrumentId } from './ids.ts';
import type { Rupees } from './money.ts';
import type { EpochMs } from './time.ts';
import type { Timeframe } from './timeframe.ts';

/** Where a candle came from: built live, built live with a hole in the stream, fetched, or imported from a file. */
export const PROVENANCES = ['live', 'live-with-gap', 'backfill', 'import'] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** A closed candle, named by its open time. It never changes. */
export interface Candle {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly openTime: EpochMs;
  readonly open: Rupees;
  readonly high: Rupees;
  readonly low: Rupees;
  readonly close: Rupees;
  /** Units traded inside the candle. */
  readonly volume: number;
  readonly openInterest: number | null;
  readonly provenance: Provenance;
}
