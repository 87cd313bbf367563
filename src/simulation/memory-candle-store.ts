import type { Candle } from '../core/candle.ts';
import type { EpochMs } from '../core/time.ts';
import type { CandleQuery, CandleStore } from '../ports/candle-store.ts';

/** Candles in memory, for backtests and tests. */
export class MemoryCandleStore implements CandleStore {
  readonly #series = new Map<string, Map<EpochMs, Candle>>();

  async append(candles: readonly Candle[]): Promise<void> {
    for (const candle of candles) {
      const key = `${candle.instrumentId}|${candle.timeframe}`;
      let series = this.#series.get(key);
      if (!series) {
        series = new Map();
        this.#series.set(key, series);
      }
      series.set(candle.openTime, candle);
    }
  }

  async read({ instrumentId, timeframe, from, to }: CandleQuery): Promise<readonly Candle[]> {
    const series = this.#series.get(`${instrumentId}|${timeframe}`)?.values() ?? [];
    const wanted = [...series].filter(({ openTime }) => openTime >= from && openTime < to);
    return wanted.sort((a, b) => a.openTime - b.openTime);
  }
}
