import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import { DataError } from '../core/errors.ts';
import type { CandleQuery } from '../ports/candle-store.ts';
import { type CandleSeries, type CandleShelf, columnsOfCandles } from './candle-shelf.ts';
import { type DayRange, joinRanges, readRanges, writeRanges } from './day-ranges.ts';
import { folderFile, mergeIntoFolder } from './import-candles.ts';
import { loadCandles } from './load-candles.ts';

/** Parquet files in a folder, one per timeframe and instrument; beside each one the days that were fetched. */
export class FolderShelf implements CandleShelf {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  placeOf(series: CandleSeries): string {
    return folderFile(this.#folder, series);
  }

  async fetchedDays(series: CandleSeries): Promise<readonly DayRange[]> {
    // Without the candles the list is of no worth.
    if (!existsSync(this.placeOf(series)) || !existsSync(this.#daysFile(series))) return [];
    return readRanges(parseJson(await readFile(this.#daysFile(series), 'utf8'))) ?? [];
  }

  async read({ instrumentId, timeframe, from, to }: CandleQuery): Promise<CandleColumns> {
    const path = this.placeOf({ instrumentId, timeframe });
    if (!existsSync(path)) return columnsOfCandles([]);
    const [file] = await loadCandles({ path, instrumentId, timeframe, from, to });
    return file ?? columnsOfCandles([]);
  }

  async put(series: CandleSeries, candles: readonly Candle[], days: readonly DayRange[]): Promise<void> {
    if (candles.length > 0) await mergeIntoFolder(this.#folder, { ...series, candles: columnsOfCandles(candles) });
    if (days.length === 0) return;
    const known = await this.fetchedDays(series);
    await replaceFile(this.#daysFile(series), `${JSON.stringify(writeRanges(joinRanges([...known, ...days])))}\n`);
  }

  #daysFile(series: CandleSeries): string {
    return `${this.placeOf(series)}.days.json`;
  }
}

/** The file appears under its name when it is whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${path}: expected a place where a file can be written, found: ${found}`, { cause });
  } finally {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
