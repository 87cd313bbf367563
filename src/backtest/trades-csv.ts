import { rename, rm, writeFile } from 'node:fs/promises';
import { DataError } from '../core/errors.ts';
import { formatIst, type EpochMs } from '../core/time.ts';
import type { Trade } from '../core/trade.ts';

const HEADER =
  'instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,exit_reason,gross_paise,charges_paise,net_paise';

/**
 * Writes trades as CSV, whole or not at all. Times are the open of the candle the fill happened in (`candleOf` tells),
 * ISO 8601 at +05:30; prices are rupees, money is paise.
 */
export async function writeTradesCsv(path: string, trades: readonly Trade[], candleOf: (trade: Trade, time: EpochMs) => EpochMs): Promise<void> {
  const lines = trades.map((trade) =>
    [
      trade.instrumentId,
      trade.side,
      trade.quantity,
      formatIst(candleOf(trade, trade.entryTime)),
      trade.entryPrice,
      formatIst(candleOf(trade, trade.exitTime)),
      trade.exitPrice,
      trade.exitReason,
      trade.grossPaise,
      trade.chargesPaise,
      trade.netPaise,
    ].join(','),
  );
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, `${[HEADER, ...lines].join('\n')}\n`);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new DataError(`--trades-out: expected a file that can be written, found "${path}" (${String((cause as NodeJS.ErrnoException).code)})`, { cause });
  }
}
