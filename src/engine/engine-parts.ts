import type { Candle } from '../core/candle.ts';
import { InvariantError } from '../core/errors.ts';
import type { Fill } from '../core/fill.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import type { Paise } from '../core/money.ts';
import type { EpochMs } from '../core/time.ts';
import type { ChargeModel } from '../ports/charge-model.ts';
import type { Effect } from '../ports/engine-event.ts';
import { CandleBuilder } from './candles/candle-builder.ts';
import type { ExitHolding } from './exit-planner.ts';
import { MarketView } from './market-view.ts';
import { OrderDesk } from './order-desk.ts';
import type { ExecutionPolicy } from './orders/execution-policy.ts';
import { OrderBook } from './orders/order-book.ts';
import { LastPrices } from './portfolio/last-prices.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import { Portfolio } from './portfolio/portfolio.ts';
import type { RiskLimits } from './risk/risk-limits.ts';
import { type ConfiguredStrategy, SignalDesk, type SwitchBoard } from './signal-desk.ts';
import { SquareOffTimes } from './square-off-times.ts';
import { StrategyRunner } from './strategy/strategy-runner.ts';

export interface EngineOptions {
  readonly instruments: readonly Instrument[];
  readonly calendar: MarketCalendar;
  readonly strategies: readonly ConfiguredStrategy[];
  readonly limits: RiskLimits;
  readonly capitalPaise: Paise;
  readonly charges: ChargeModel;
  /** How long after its end a candle built from ticks still takes late ticks. */
  readonly graceMs: number;
  /** Whether stop and target cancel each other where orders end, as they do by default, or by order of the engine. */
  readonly tiesPairs?: boolean;
  /** Where stops and targets wait; at the broker by default. */
  readonly exits?: ExitHolding | undefined;
  /** How wishes to trade now become orders; null or left out: as market orders. */
  readonly execution?: ExecutionPolicy | null | undefined;
  /** How long an exit waits for a cancel before a person is told; 10 s by default. */
  readonly legPatienceMs?: number | undefined;
}

export interface EngineParts {
  readonly market: MarketView;
  readonly candles: CandleBuilder;
  readonly desk: SignalDesk;
  readonly orders: OrderDesk;
  readonly book: OrderBook;
  readonly portfolio: Portfolio;
  readonly squareOff: SquareOffTimes;
  readonly switches: SwitchBoard;
  /** Some strategy looks at several instruments at once. */
  readonly hasGroups: boolean;
  strategyOf(runner: StrategyRunner): ConfiguredStrategy;
  /** Books a fill and tells who has to know of it. */
  onFill(fill: Fill): void;
  /** When `doDue` is wanted. */
  readonly nextDue: EpochMs;
  /** What the clock asks for beside candles. */
  doDue(now: EpochMs): void;
  startDay(now: EpochMs): void;
}

export interface EngineOutlets {
  readonly onCandleClosed: (candle: Candle) => void;
  readonly emit: (effect: Effect) => void;
}

/** Puts the stages together; the flow between them is `TradingEngine`'s. */
export function assemble(options: EngineOptions, outlets: EngineOutlets): EngineParts {
  const { instruments, calendar, limits, capitalPaise, charges, graceMs } = options;
  const prices = new LastPrices();
  const market = new MarketView(instruments, calendar, prices);
  const portfolio = new Portfolio(capitalPaise, charges, prices);
  const candles = new CandleBuilder({ calendar, graceMs, onClosed: outlets.onCandleClosed });
  for (const instrument of instruments) candles.register(instrument, []);
  const strategies = new Map<StrategyRunner, ConfiguredStrategy>();
  for (const strategy of options.strategies) {
    for (const runner of runnersFor(strategy, portfolio)) {
      strategies.set(runner, strategy);
      market.follow(runner);
      for (const instrument of runner.instruments) candles.register(instrument, strategy.instance.timeframes);
    }
  }
  const intraday = options.strategies
    .filter(({ product }) => product === 'INTRADAY')
    .flatMap(({ instance }) => instance.instruments);
  const squareOff = new SquareOffTimes(market, limits.squareOffBeforeCloseMs, [
    ...new Set(intraday.map(({ id }) => market.get(id))),
  ]);
  const switches: SwitchBoard = { isKilled: false, isPaused: false, pausedStrategies: [] };
  const book = new OrderBook();
  const { tiesPairs = true, exits: holding, execution: policy, legPatienceMs } = options;
  const orders = new OrderDesk({
    market,
    book,
    portfolio,
    prices,
    emit: outlets.emit,
    tiesPairs,
    holding,
    policy,
    legPatienceMs,
  });
  const runnersByPosition = new Map<OpenPosition, readonly StrategyRunner[]>();
  const runnersOf = (position: OpenPosition): readonly StrategyRunner[] => {
    let runners = runnersByPosition.get(position);
    if (!runners) {
      runners = [...strategies.keys()].filter((runner) => holds(runner, position));
      runnersByPosition.set(position, runners);
    }
    return runners;
  };
  const desk = new SignalDesk(market, book, portfolio, limits, switches);
  return {
    ...{ market, candles, desk, orders, book, portfolio, squareOff, switches },
    hasGroups: [...strategies.keys()].some((runner) => runner.instruments.length > 1),
    strategyOf(runner) {
      const strategy = strategies.get(runner);
      if (!strategy) throw new InvariantError(`No configuration for the runner of "${runner.instance.id}"`);
      return strategy;
    },
    onFill(reported) {
      const booking = orders.onFill(reported);
      if (!booking) return;
      const { order, fill, position } = booking;
      if (order.role === 'STOP_LOSS') desk.stopped(position, fill.time);
      for (const runner of runnersOf(position)) runner.onFill(fill);
    },
    get nextDue() {
      return Math.min(squareOff.nextTime, orders.keeper.nextTime);
    },
    doDue(now) {
      orders.keeper.onTime(now);
      for (const entry of squareOff.due(now)) orders.squareOffIntraday(entry, now);
    },
    startDay(now) {
      for (const runner of strategies.keys()) runner.endSession();
      book.startDay();
      orders.startDay(now);
      portfolio.startDay(now);
      desk.startDay();
      squareOff.startDay(now);
    },
  };
}

function holds({ instance, instruments }: StrategyRunner, { strategyId, instrumentId }: OpenPosition): boolean {
  return instance.id === strategyId && instruments.some(({ id }) => id === instrumentId);
}

function runnersFor({ instance, product }: ConfiguredStrategy, portfolio: Portfolio): readonly StrategyRunner[] {
  const positionOf = (id: Instrument['id']) => portfolio.position(instance.id, id, product).position();
  return instance.scope === 'group'
    ? [new StrategyRunner(instance, instance.instruments, positionOf)]
    : instance.instruments.map((instrument) => new StrategyRunner(instance, [instrument], positionOf));
}
