import { rename, rm, writeFile } from 'node:fs/promises';
import { DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type EpochMs, formatIst } from '../core/time.ts';
import type { Trade } from '../core/trade.ts';

const HEADER =
  'instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,exit_reason,gross_paise,charges_paise,net_paise';

/** Tells the open time of the candle that a moment lies in. */
export type CandleOpenOf = (instrumentId: InstrumentId, time: EpochMs) => EpochMs;

/**
 * One line per closed trade, in the order they were closed. Times are the open of the candle the fill happened in, ISO 8601
 * at +05:30; prices are rupees, averages where an order was filled in parts; money is paise.
 */
export function tradesCsv(trades: readonly Trade[], openOf: CandleOpenOf): string {
  const lines = trades.map((trade) =>
    [
      quoted(trade.instrumentId),
      trade.side,
      trade.quantity,
      formatIst(openOf(trade.instrumentId, trade.entryTime)),
      trade.entryPrice,
      formatIst(openOf(trade.instrumentId, trade.exitTime)),
      trade.exitPrice,
      trade.exitReason,
      trade.grossPaise,
      trade.chargesPaise,
      trade.netPaise,
    ].join(','),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** Whole or not at all: the file appears under its name when it is complete. */
export async function writeTradesCsv(path: string, trades: readonly Trade[], openOf: CandleOpenOf): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, tradesCsv(trades, openOf));
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new DataError(`--trades-out: expected a file that can be written, found "${path}"${why}`, { cause });
  }
}

/** A symbol may come from a file name, which may hold anything. */
function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
