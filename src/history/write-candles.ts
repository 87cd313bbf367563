import type { CandleColumns } from '../core/candle-columns.ts';
import type { InstrumentId } from '../core/ids.ts';
import { writeParquet } from './write-parquet.ts';

/** Writes candles of one instrument so that `loadCandles` reads them back unchanged. Replaces the file in one step. */
export async function writeCandlesParquet(
  path: string,
  instrumentId: InstrumentId,
  candles: CandleColumns,
): Promise<void> {
  await writeParquet(path, candles.count, [
    { name: 'instrument', type: 'text', at: () => instrumentId },
    { name: 'time', type: 'integer', at: (row) => candles.openTime[row] ?? null },
    { name: 'open', type: 'double', at: (row) => candles.open[row] ?? null },
    { name: 'high', type: 'double', at: (row) => candles.high[row] ?? null },
    { name: 'low', type: 'double', at: (row) => candles.low[row] ?? null },
    { name: 'close', type: 'double', at: (row) => candles.close[row] ?? null },
    { name: 'volume', type: 'double', at: (row) => candles.volume[row] ?? null },
  ]);
}
