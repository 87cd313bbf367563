import type { Candle } from '../../src/core/candle.ts';
import type { MarketCalendar, SessionInstrument } from '../../src/core/market-session.ts';
import { DAY_MS, dayOf, type EpochMs, startOfDay } from '../../src/core/time.ts';
import { timeframeMs } from '../../src/core/timeframe.ts';
import type { CandleQuery } from '../../src/ports/candle-store.ts';
import type { HistorySource } from '../../src/ports/history-source.ts';
import type { Outcome } from '../../src/ports/outcome.ts';

type Answer = Outcome<readonly Candle[]>;

export interface ScriptedHistoryOptions {
  readonly calendar: MarketCalendar;
  readonly hours: SessionInstrument;
  readonly now: () => EpochMs;
  readonly daysPerPart?: number;
  /** Candles that do not exist. */
  readonly isHole?: (openTime: EpochMs) => boolean;
  /** What a call comes to instead of candles; undefined lets it be answered. */
  readonly fault?: (call: number, part: CandleQuery) => Answer | undefined;
}

/** A broker's history whose every candle follows from its time. */
export class ScriptedHistory implements HistorySource {
  readonly name = 'scripted';
  readonly calls: CandleQuery[] = [];
  readonly #options: ScriptedHistoryOptions;

  constructor(options: ScriptedHistoryOptions) {
    this.#options = options;
  }

  split(query: CandleQuery): readonly CandleQuery[] {
    const parts: CandleQuery[] = [];
    const end = Math.min(query.to, this.#options.now());
    for (let from = query.from; from < end; ) {
      const to = Math.min(startOfDay(dayOf(from) + (this.#options.daysPerPart ?? 5)), end);
      parts.push({ ...query, from, to });
      from = to;
    }
    return parts;
  }

  async fetch(part: CandleQuery): Promise<Answer> {
    this.calls.push(part);
    const fault = this.#options.fault?.(this.calls.length, part);
    return fault ?? { kind: 'done', value: this.#candles(part) };
  }

  #candles({ instrumentId, timeframe, from, to }: CandleQuery): readonly Candle[] {
    const { calendar, hours, now, isHole } = this.#options;
    const candles: Candle[] = [];
    const step = timeframeMs(timeframe);
    for (let day = dayOf(from); startOfDay(day) < to; day++) {
      const session = calendar.sessionOn(hours, day);
      if (session === null) continue;
      for (let openTime = session.open; openTime < session.close; openTime += step) {
        const end = timeframe === '1d' ? session.close : openTime + step;
        if (openTime < from || openTime >= to || end > now() || isHole?.(openTime)) continue;
        const open = 100 + ((openTime - startOfDay(day)) % DAY_MS) / 60_000 / 10;
        const prices = { open, high: open + 1, low: open - 1, close: open + 0.5 };
        const amounts = { volume: 100 + (day % 7), openInterest: null };
        candles.push({ instrumentId, timeframe, openTime, ...prices, ...amounts, provenance: 'backfill' });
      }
    }
    return candles;
  }
}
