import type { InstrumentId } from './ids.ts';
import type { Rupees } from './money.ts';
import type { EpochMs } from './time.ts';

/** One market update. */
export interface Tick {
  readonly instrumentId: InstrumentId;
  /** The exchange's own time of the update. */
  readonly time: EpochMs;
  readonly lastPrice: Rupees;
  /** Cumulative volume of the day in units; 0 for an index. */
  readonly volume: number;
  /** Contracts open, in units; null where the instrument has none. */
  readonly openInterest: number | null;
  readonly bid: Rupees | null;
  readonly ask: Rupees | null;
  /** The source's sequence number, rising per instrument; null when the source has none. */
  readonly sequence: number | null;
}
