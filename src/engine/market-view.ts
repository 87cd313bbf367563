/**
 * What the engine knows of each instrument at this moment: its latest price, its session, who follows its candles and
 * when its intraday positions must be closed. Sessions are cached per day so that a candle costs two comparisons.
 */
import { InvariantError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import { DAY_MS, dayOf, type EpochMs, startOfDay } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { LastPrices } from './portfolio/last-prices.ts';
import type { CandleFeed, StrategyRunner } from './strategy/strategy-runner.ts';
import type { Watch } from './watch.ts';

export interface MarketEntry {
  readonly instrument: Instrument;
  readonly lastPrice: { price: number };
  readonly feeds: Map<Timeframe, CandleFeed[]>;
  readonly tickRunners: StrategyRunner[];
  /** Levels at which positions in it are left. */
  readonly watches: Watch[];
  session: MarketSession | null;
  dayStart: EpochMs;
  /** When intraday positions are closed next; Infinity before the first event and where none are traded. */
  squareOffTime: EpochMs;
}

export class MarketView {
  readonly #entries = new Map<InstrumentId, MarketEntry>();
  readonly #calendar: MarketCalendar;
  #recent: MarketEntry | undefined;

  constructor(instruments: readonly Instrument[], calendar: MarketCalendar, prices: LastPrices) {
    this.#calendar = calendar;
    for (const instrument of instruments) {
      this.#entries.set(instrument.id, {
        instrument,
        lastPrice: prices.slot(instrument.id),
        feeds: new Map(),
        tickRunners: [],
        watches: [],
        session: null,
        dayStart: Number.NEGATIVE_INFINITY,
        squareOffTime: Number.POSITIVE_INFINITY,
      });
    }
  }

  get(id: InstrumentId): MarketEntry {
    if (id === this.#recent?.instrument.id) return this.#recent;
    const entry = this.#entries.get(id);
    this.#recent = entry;
    if (!entry) throw new InvariantError(`Expected an instrument of the universe, found "${id}"`);
    return entry;
  }

  find(id: InstrumentId): MarketEntry | undefined {
    return this.#entries.get(id);
  }

  entries(): Iterable<MarketEntry> {
    return this.#entries.values();
  }

  follow(runner: StrategyRunner): void {
    for (const { id } of runner.instruments) {
      const entry = this.get(id);
      if (runner.watchesTicks) entry.tickRunners.push(runner);
      for (const timeframe of runner.instance.timeframes) {
        const feeds = entry.feeds.get(timeframe) ?? [];
        feeds.push(runner.feed(id, timeframe));
        entry.feeds.set(timeframe, feeds);
      }
    }
  }

  /** The session of the day that `time` lies in; null when the segment is closed that day. */
  sessionAt(entry: MarketEntry, time: EpochMs): MarketSession | null {
    if (time < entry.dayStart || time >= entry.dayStart + DAY_MS) {
      const day = dayOf(time);
      entry.dayStart = startOfDay(day);
      entry.session = this.#calendar.sessionOn(entry.instrument, day);
    }
    return entry.session;
  }

  /** The session in progress or the next one. */
  nextSession(entry: MarketEntry, time: EpochMs): MarketSession | null {
    const today = this.sessionAt(entry, time);
    return today && time < today.close ? today : this.#calendar.nextSession(entry.instrument, time);
  }
}
