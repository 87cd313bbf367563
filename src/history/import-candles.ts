/**
 * Brings candles of any file into the shape the project keeps: named by the open time, inside the session, one file or
 * table per instrument and timeframe.
 *
 * Entry points: `importCandles` reads and judges, and writes nothing; `appendCandles` and `mergeIntoFolder` write what
 * it gave. A file with a structural fault throws before anything is written.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import { dayOf } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { type LoadOptions, loadCandles, type Refusal } from './load-candles.ts';
import { mergeColumns, pickRows } from './merge-columns.ts';
import { auditByBestHours } from './session-instrument.ts';
import type { CandleAudit } from './verify-candles.ts';
import { writeCandlesParquet } from './write-candles.ts';

export interface ImportedCandles {
  /** The file they come from. */
  readonly path: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candles: CandleColumns;
  readonly refused: readonly Refusal[];
  readonly audit: CandleAudit;
  /** Candles not taken because they lie outside a session the calendar knows. */
  readonly leftOut: number;
}

const BATCH = 5_000;

export async function importCandles(options: LoadOptions, calendar: MarketCalendar): Promise<ImportedCandles[]> {
  const files = await loadCandles(options);
  return files.map((file) => {
    const { path, instrumentId, timeframe, refused } = file;
    const { instrument, audit } = auditByBestHours(file, instrumentId, calendar);
    const candles = keepSessions(file, timeframe, instrument, calendar);
    return { path, instrumentId, timeframe, candles, refused, audit, leftOut: file.count - candles.count };
  });
}

/** Writes in batches, so that a long history does not need to be one statement. */
export async function appendCandles(store: CandleStore, imported: ImportedCandles): Promise<number> {
  const { candles, instrumentId, timeframe } = imported;
  for (let start = 0; start < candles.count; start += BATCH) {
    const batch: Candle[] = [];
    for (let row = start; row < Math.min(start + BATCH, candles.count); row++) {
      batch.push({
        instrumentId,
        timeframe,
        openTime: candles.openTime[row] ?? 0,
        open: candles.open[row] ?? 0,
        high: candles.high[row] ?? 0,
        low: candles.low[row] ?? 0,
        close: candles.close[row] ?? 0,
        // Files of some vendors carry adjusted, broken volumes; units are whole.
        volume: Math.round(candles.volume[row] ?? 0),
        openInterest: null,
        provenance: 'import',
      });
    }
    await store.append(batch);
  }
  return candles.count;
}

/** Adds the candles to the folder's file of their instrument and timeframe; a candle already there is replaced. */
export async function mergeIntoFolder(
  folder: string,
  added: Pick<ImportedCandles, 'instrumentId' | 'timeframe' | 'candles'>,
): Promise<string> {
  const { instrumentId, timeframe, candles } = added;
  const path = folderFile(folder, added);
  const [before] = existsSync(path) ? await loadCandles({ path, instrumentId, timeframe }) : [];
  await writeCandlesParquet(path, instrumentId, before === undefined ? candles : mergeColumns(before, candles));
  return path;
}

/** Where a data folder keeps the candles of an instrument and timeframe. */
export function folderFile(
  folder: string,
  { instrumentId, timeframe }: Pick<ImportedCandles, 'instrumentId' | 'timeframe'>,
): string {
  return join(folder, timeframe, `${instrumentId.replaceAll(':', '_')}.parquet`);
}

/**
 * Drops what lies outside known sessions and names daily candles by their session's open. On days the calendar does
 * not know nothing is dropped: an evening session there may be real.
 */
function keepSessions(
  candles: CandleColumns,
  timeframe: Timeframe,
  instrument: SessionInstrument,
  calendar: MarketCalendar,
): CandleColumns {
  const rows: number[] = [];
  const openTime = candles.openTime.slice();
  for (let row = 0; row < candles.count; row++) {
    const time = openTime[row] ?? 0;
    const session = calendar.sessionOn(instrument, dayOf(time));
    if (session === null) continue;
    if (timeframe === '1d') openTime[row] = session.open;
    else if (session.isKnown && (time < session.open || time >= session.close)) continue;
    rows.push(row);
  }
  return pickRows({ ...candles, openTime }, rows);
}
