import type { Tick } from '../core/tick.ts';
import { writeParquet } from './write-parquet.ts';

/** Writes a recorded tick session, in the order given, for `loadTicks`. Replaces the file in one step. */
export async function writeTicksParquet(path: string, ticks: readonly Tick[]): Promise<void> {
  await writeParquet(path, ticks.length, [
    { name: 'instrument', type: 'text', at: (row) => ticks[row]?.instrumentId ?? '' },
    { name: 'time', type: 'integer', at: (row) => ticks[row]?.time ?? null },
    { name: 'last_price', type: 'double', at: (row) => ticks[row]?.lastPrice ?? null },
    { name: 'volume', type: 'integer', at: (row) => ticks[row]?.volume ?? null },
    { name: 'open_interest', type: 'integer', at: (row) => ticks[row]?.openInterest ?? null },
    { name: 'bid', type: 'double', at: (row) => ticks[row]?.bid ?? null },
    { name: 'ask', type: 'double', at: (row) => ticks[row]?.ask ?? null },
    { name: 'sequence', type: 'integer', at: (row) => ticks[row]?.sequence ?? null },
  ]);
}
