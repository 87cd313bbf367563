/**
 * Drives a strategy's handlers candle by candle without the engine: feeds its indicators first, asks it from its warm-up on,
 * and fills what it decides at the next candle's open, one unit at a time. Stops and targets are the test's business.
 */
import type { Candle } from '../../src/core/candle.ts';
import type { InstrumentId, StrategyId } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { MarketSession } from '../../src/core/market-session.ts';
import type { Position } from '../../src/core/position.ts';
import { dayOf, HOUR_MS, MINUTE_MS, startOfDay } from '../../src/core/time.ts';
import type { Timeframe } from '../../src/core/timeframe.ts';
import type { Indicator } from '../../src/engine/indicators/indicator.ts';
import type {
  CandleSeries,
  Decision,
  SignalDraft,
  Strategy,
  StrategyContext,
  StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';

export const TEST_INSTRUMENT: Instrument = {
  id: 'NSE:TESTCO' as InstrumentId,
  exchange: 'NSE',
  symbol: 'TESTCO',
  name: 'Test Company',
  kind: 'EQUITY',
  tickSize: 0.05,
  lotSize: 1,
  freezeQuantity: null,
  expiry: null,
  strike: null,
  optionType: null,
  underlying: null,
  hasDerivatives: false,
};

/** 09:15 to 15:30 on the candle's day. */
export function regularSession(time: number): MarketSession {
  const day = dayOf(time);
  const open = startOfDay(day) + 9 * HOUR_MS + 15 * MINUTE_MS;
  return { day, open, close: open + 375 * MINUTE_MS, auction: null, kind: 'regular', isKnown: true };
}

export class FakeStrategyContext<Params> implements StrategyContext<Params> {
  readonly params: Params;
  readonly instrument = TEST_INSTRUMENT;
  readonly instruments = [TEST_INSTRUMENT];
  readonly timeframe: Timeframe;
  readonly indicators: Indicator<unknown>[] = [];
  readonly seen: Candle[] = [];
  quantity = 0;
  latestSession: MarketSession | null = null;

  constructor(params: Params, timeframe: Timeframe) {
    this.params = params;
    this.timeframe = timeframe;
  }

  use<I extends Indicator<unknown>>(indicator: I): I {
    this.indicators.push(indicator);
    return indicator;
  }

  candles(): CandleSeries {
    const { seen } = this;
    return {
      get length() {
        return seen.length;
      },
      back: (offset) => seen[seen.length - 1 - offset],
    };
  }

  position(): Position {
    return {
      strategyId: 'test' as StrategyId,
      instrumentId: this.instrument.id,
      product: 'INTRADAY',
      quantity: this.quantity,
      averagePrice: 0,
      openedTime: null,
      realisedPaise: 0,
      chargesPaise: 0,
    };
  }

  session(): MarketSession | null {
    return this.latestSession;
  }
}

export interface DriverOptions {
  readonly timeframe?: Timeframe;
  /** False leaves the position to the test. */
  readonly fills?: boolean;
  readonly sessionAt?: (time: number) => MarketSession | null;
}

export class StrategyDriver<Params> {
  readonly context: FakeStrategyContext<Params>;
  readonly warmUp: number;
  readonly #handlers: StrategyHandlers;
  readonly #fills: boolean;
  readonly #sessionAt: (time: number) => MarketSession | null;
  #unfilled: readonly SignalDraft[] = [];

  /** Params as an owner writes them; what is absent takes its default. */
  constructor(strategy: Strategy<Params>, rawParams: unknown = {}, options: DriverOptions = {}) {
    const params = strategy.params.parse(rawParams);
    this.context = new FakeStrategyContext(params, options.timeframe ?? '5m');
    this.warmUp = strategy.warmUp(params);
    this.#fills = options.fills ?? true;
    this.#sessionAt = options.sessionAt ?? regularSession;
    this.#handlers = strategy.create(this.context);
  }

  next(candle: Candle): readonly SignalDraft[] {
    this.#fill();
    this.#enterSession(this.#sessionAt(candle.openTime));
    this.context.seen.push(candle);
    for (const indicator of this.context.indicators) indicator.update(candle);
    if (this.context.seen.length < this.warmUp) return [];
    const drafts = draftsOf(this.#handlers.onCandle(candle));
    if (this.#fills) this.#unfilled = drafts;
    return drafts;
  }

  run(candles: readonly Candle[]): (readonly SignalDraft[])[] {
    return candles.map((candle) => this.next(candle));
  }

  /** What a stop-loss, a target or a square-off does. */
  flatten(): void {
    this.context.quantity = 0;
    this.#unfilled = [];
  }

  #fill(): void {
    for (const draft of this.#unfilled) {
      if (draft.kind === 'EXIT') this.context.quantity = 0;
      else this.context.quantity += draft.side === 'BUY' ? 1 : -1;
    }
    this.#unfilled = [];
  }

  #enterSession(session: MarketSession | null): void {
    const before = this.context.latestSession;
    if (session?.open === before?.open) return;
    if (before !== null) this.#handlers.onSessionEnd?.(before);
    this.context.latestSession = session;
    if (session !== null) this.#handlers.onSessionStart?.(session);
  }
}

export function draftsOf(decision: Decision): readonly SignalDraft[] {
  if (decision === undefined) return [];
  return 'kind' in decision ? [decision] : decision;
}
