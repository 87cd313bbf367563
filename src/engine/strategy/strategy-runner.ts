/**
 * Runs one strategy instance over its instruments: keeps its candles, feeds its indicators, asks for decisions.
 *
 * Invariants: an indicator has seen a candle before `onCandle` is asked about it; neither `onCandle` nor `onTick` is asked
 * before the instance's warm-up has passed for that instrument; nothing here knows a forming candle.
 */
import type { Candle } from '../../core/candle.ts';
import { InvariantError } from '../../core/errors.ts';
import type { BookedFill } from '../../core/fill.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { MarketSession } from '../../core/market-session.ts';
import type { Position } from '../../core/position.ts';
import type { Tick } from '../../core/tick.ts';
import type { Timeframe } from '../../core/timeframe.ts';
import type { Indicator } from '../indicators/indicator.ts';
import { ClosedCandles } from './closed-candles.ts';
import type { Decision, StrategyHandlers } from './strategy.ts';
import type { StrategyInstance } from './strategy-instance.ts';

const KEPT_CANDLES = 500;

/** One instrument and timeframe as one runner follows it. */
export class CandleFeed {
  readonly runner: StrategyRunner;
  /** Kept only for a strategy that looks back at them. */
  #candles: ClosedCandles | undefined;
  latest: Candle | undefined;
  /** Of the latest candle's day; null where the calendar has none. */
  session: MarketSession | null = null;
  readonly indicators: Indicator<unknown>[] = [];
  /** Whether the runner decides on this timeframe or only watches it. */
  readonly decides: boolean;
  seen = 0;

  constructor(runner: StrategyRunner, decides: boolean) {
    this.runner = runner;
    this.decides = decides;
  }

  get candles(): ClosedCandles {
    if (this.#candles === undefined && this.seen > 0) {
      throw new InvariantError(
        `Strategy "${this.runner.instance.id}" asked for candles for the first time after some had closed: ask in "create"`,
      );
    }
    this.#candles ??= new ClosedCandles(KEPT_CANDLES);
    return this.#candles;
  }

  take(candle: Candle, session: MarketSession | null): void {
    this.seen += 1;
    this.latest = candle;
    this.session = session;
    this.#candles?.append(candle);
    for (const indicator of this.indicators) indicator.update(candle);
  }
}

export class StrategyRunner {
  readonly instance: StrategyInstance;
  readonly instruments: readonly Instrument[];
  readonly #handlers: StrategyHandlers;
  readonly #feeds = new Map<InstrumentId, Map<Timeframe, CandleFeed>>();
  #session: MarketSession | null = null;

  constructor(
    instance: StrategyInstance,
    instruments: readonly Instrument[],
    positionOf: (instrumentId: InstrumentId) => Position,
  ) {
    const [first] = instruments;
    if (!first) throw new InvariantError(`Strategy "${instance.id}" has no instrument`);
    this.instance = instance;
    this.instruments = instruments;
    for (const { id } of instruments) {
      const feeds = new Map<Timeframe, CandleFeed>();
      for (const timeframe of instance.timeframes) {
        feeds.set(timeframe, new CandleFeed(this, timeframe === instance.timeframe));
      }
      this.#feeds.set(id, feeds);
    }
    const feedOf = (source?: { instrumentId?: InstrumentId; timeframe?: Timeframe }): CandleFeed =>
      this.feed(source?.instrumentId ?? first.id, source?.timeframe ?? instance.timeframe);
    this.#handlers = instance.create({
      instrument: first,
      instruments,
      timeframe: instance.timeframe,
      use: (indicator, source) => {
        feedOf(source).indicators.push(indicator);
        return indicator;
      },
      candles: (source) => feedOf(source).candles,
      position: (instrumentId) => positionOf(instrumentId ?? first.id),
      session: () => this.#session,
    });
  }

  feed(instrumentId: InstrumentId, timeframe: Timeframe): CandleFeed {
    const feed = this.#feeds.get(instrumentId)?.get(timeframe);
    if (!feed) {
      throw new InvariantError(
        `Strategy "${this.instance.id}" asked for ${instrumentId} ${timeframe}, which it is not configured for`,
      );
    }
    return feed;
  }

  get watchesTicks(): boolean {
    return this.#handlers.onTick !== undefined;
  }

  decide(feed: CandleFeed, candle: Candle): Decision {
    this.#enter(feed.session);
    return feed.seen < this.instance.warmUp ? undefined : this.#handlers.onCandle(candle);
  }

  onTick(tick: Tick): Decision {
    const { seen } = this.feed(tick.instrumentId, this.instance.timeframe);
    return seen < this.instance.warmUp ? undefined : this.#handlers.onTick?.(tick);
  }

  onFill(fill: BookedFill): void {
    this.#handlers.onFill?.(fill);
  }

  endSession(): void {
    if (this.#session) this.#handlers.onSessionEnd?.(this.#session);
    this.#session = null;
  }

  #enter(session: MarketSession | null): void {
    if (session === this.#session || session === null) return;
    // The instruments of a group may have hours of their own: they share the day.
    const isNewDay = session.day !== this.#session?.day;
    if (isNewDay) this.endSession();
    this.#session = session;
    if (isNewDay) this.#handlers.onSessionStart?.(session);
  }
}
