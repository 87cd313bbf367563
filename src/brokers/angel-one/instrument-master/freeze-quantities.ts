/**
 * The largest quantity of one order, where a source states it: dated data, since exchanges change them by circular.
 * Source of the rows: OpenAlgo `data/qtyfreeze.csv` of 20 December 2025 (NSE's list; BSE and MCX are not in it).
 */
import { type DayNumber, parseDay } from '../../../core/time.ts';

interface FreezeRow {
  readonly segment: string;
  readonly symbol: string;
  /** `YYYY-MM-DD`. */
  readonly from: string;
  readonly quantity: number;
}

const FREEZE_QUANTITIES: readonly FreezeRow[] = [
  { segment: 'NFO', symbol: 'NIFTY', from: '2025-12-20', quantity: 1_800 },
  { segment: 'NFO', symbol: 'BANKNIFTY', from: '2025-12-20', quantity: 600 },
  { segment: 'NFO', symbol: 'FINNIFTY', from: '2025-12-20', quantity: 1_200 },
  { segment: 'NFO', symbol: 'MIDCPNIFTY', from: '2025-12-20', quantity: 2_800 },
  { segment: 'NFO', symbol: 'NIFTYNXT50', from: '2025-12-20', quantity: 600 },
];

/** Null when no source states one for that day. */
export function freezeQuantityOf(segment: string, symbol: string, day: DayNumber): number | null {
  let found: FreezeRow | undefined;
  for (const row of FREEZE_QUANTITIES) {
    if (row.segment !== segment || row.symbol !== symbol) continue;
    const from = parseDay(row.from);
    if (from !== undefined && from <= day && (found === undefined || row.from > found.from)) found = row;
  }
  return found?.quantity ?? null;
}
