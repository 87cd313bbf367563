import type { Candle } from '../core/candle.ts';
import type { CandleColumns } from '../core/candle-columns.ts';
import type { CandleQuery, CandleStore } from '../ports/candle-store.ts';
import { type CandleSeries, type CandleShelf, columnsOfCandles } from './candle-shelf.ts';
import { type DayRange, joinRanges, readRanges, writeRanges } from './day-ranges.ts';

/** A candle store that can say when everything is written. */
export interface FlushedStore extends CandleStore {
  flush(): Promise<void>;
}

/** Small values by name, kept for good; `settings` of the database is one. */
export interface NamedValues {
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
}

/** A candle store; the days that were fetched are a named value. */
export class StoreShelf implements CandleShelf {
  readonly #store: FlushedStore;
  readonly #values: NamedValues;
  readonly #place: string;

  constructor(store: FlushedStore, values: NamedValues, place: string) {
    this.#store = store;
    this.#values = values;
    this.#place = place;
  }

  placeOf(): string {
    return this.#place;
  }

  async fetchedDays(series: CandleSeries): Promise<readonly DayRange[]> {
    return readRanges(await this.#values.read(nameOf(series))) ?? [];
  }

  async read(query: CandleQuery): Promise<CandleColumns> {
    return columnsOfCandles(await this.#store.read(query));
  }

  async put(series: CandleSeries, candles: readonly Candle[], days: readonly DayRange[]): Promise<void> {
    await this.#store.append(candles);
    await this.#store.flush();
    if (days.length === 0) return;
    const known = await this.fetchedDays(series);
    await this.#values.write(nameOf(series), writeRanges(joinRanges([...known, ...days])));
  }
}

function nameOf({ instrumentId, timeframe }: CandleSeries): string {
  return `fetched-days ${timeframe} ${instrumentId}`;
}
