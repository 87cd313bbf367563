import { PROTECTION_BANDS } from '../../src/config/protection-bands.ts';
import type { Candle } from '../../src/core/candle.ts';
import type { Fill } from '../../src/core/fill.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import { toPaise } from '../../src/core/money.ts';
import type { Order, OrderRole, OrderUpdate, ProductType } from '../../src/core/order.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { Tick } from '../../src/core/tick.ts';
import { type EpochMs, formatClock, MINUTE_MS } from '../../src/core/time.ts';
import type { Trade } from '../../src/core/trade.ts';
import type { ExitHolding } from '../../src/engine/exit-planner.ts';
import type { ExecutionPolicy } from '../../src/engine/orders/execution-policy.ts';
import type { RiskLimits } from '../../src/engine/risk/risk-limits.ts';
import type { Decision } from '../../src/engine/strategy/strategy.ts';
import type { StrategyInstance } from '../../src/engine/strategy/strategy-instance.ts';
import { type EngineOptions, TradingEngine } from '../../src/engine/trading-engine.ts';
import type { Command, Effect, EngineEvent } from '../../src/ports/engine-event.ts';
import { buildCandle, THURSDAY } from './build-candle.ts';
import { buildFill, buildUpdate } from './build-order.ts';
import { fixedCalendar, ist, testInstrument } from './fixed-calendar.ts';
import { onCandles, scriptedStrategy } from './scripted-strategy.ts';
import { NO_CHARGES } from './simple-charges.ts';

export const RELIANCE = testInstrument('NSE:RELIANCE');

export const OPEN_LIMITS: RiskLimits = {
  dailyLossPaise: null,
  maxDrawdownPercent: null,
  maxOpenPositions: null,
  maxPositionPerInstrument: null,
  maxOrderValuePaise: null,
  maxOrdersPerMinute: null,
  maxOrdersPerDay: null,
  priceBandPercent: null,
  cooldownAfterStopMs: null,
  losingStreak: null,
  intradayMarginPercent: 20,
  derivativeMarginPercent: 20,
  squareOffBeforeCloseMs: 10 * MINUTE_MS,
};

/** Limits that follow the price twice. */
export const FOLLOWING: ExecutionPolicy = {
  bands: PROTECTION_BANDS,
  repriceAfterMs: 20_000,
  reprices: 2,
  entriesThen: 'cancel',
  crossBands: 3,
};

export interface BenchOptions {
  readonly strategy: StrategyInstance;
  /** More strategies beside it. */
  readonly others?: readonly StrategyInstance[];
  readonly product?: ProductType;
  readonly instruments?: readonly Instrument[];
  readonly limits?: Partial<RiskLimits>;
  readonly quantity?: number;
  readonly tiesPairs?: boolean;
  readonly exits?: ExitHolding;
  readonly execution?: ExecutionPolicy;
}

/** A strategy, or several, in an engine with open limits, no charges and ten lakh of capital. */
export function engineOptions({
  strategy,
  others = [],
  product,
  instruments,
  limits,
  quantity,
  tiesPairs,
  exits,
  execution,
}: BenchOptions): EngineOptions {
  return {
    instruments: instruments ?? strategy.instruments,
    calendar: fixedCalendar,
    strategies: [strategy, ...others].map((instance) => ({
      instance,
      product: product ?? 'INTRADAY',
      sizing: { kind: 'fixed-quantity', quantity: quantity ?? 10 },
    })),
    limits: { ...OPEN_LIMITS, ...limits },
    capitalPaise: toPaise(1_000_000),
    charges: NO_CHARGES,
    graceMs: 1_500,
    ...(tiesPairs === undefined ? {} : { tiesPairs }),
    ...{ exits, execution },
  };
}

/** Decides on the candles that open at these times (`HH:MM`), on RELIANCE. */
export function decideAt(decisions: Readonly<Record<string, Decision>>, id?: string): StrategyInstance {
  return scriptedStrategy({
    ...(id === undefined ? {} : { id }),
    instruments: [RELIANCE],
    create: onCandles((candle) => decisions[formatClock(candle.openTime).slice(0, 5)]),
  });
}

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** An engine without an exchange: the test says what the broker says. */
export class EngineBench {
  readonly engine: TradingEngine;
  readonly effects: Effect[] = [];

  constructor(options: BenchOptions) {
    this.engine = new TradingEngine(engineOptions(options));
  }

  handle(event: EngineEvent): readonly Effect[] {
    const effects = this.engine.handle(event);
    this.effects.push(...effects);
    return effects;
  }

  candle(
    clock: string,
    prices: Parameters<typeof buildCandle>[1] = 100,
    changes: Partial<Candle> & { readonly day?: string } = {},
  ): readonly Effect[] {
    return this.handle({ type: 'candle', candle: buildCandle(clock, prices, changes) });
  }

  tick(clock: string, lastPrice = 100, changes: Partial<Tick> & { readonly day?: string } = {}): readonly Effect[] {
    const { day = THURSDAY, ...rest } = changes;
    const none = { openInterest: null, bid: null, ask: null, sequence: null };
    const tick = { instrumentId: RELIANCE.id, time: ist(day, clock), lastPrice, volume: 0, ...none, ...rest };
    return this.handle({ type: 'tick', tick });
  }

  timer(clock: string, day = THURSDAY): readonly Effect[] {
    return this.handle({ type: 'timer', time: ist(day, clock) });
  }

  command(command: Command, clock: string, day = THURSDAY): readonly Effect[] {
    return this.handle({ type: 'commanded', command, time: ist(day, clock) });
  }

  fill(order: Order, changes: Partial<Fill> = {}): readonly Effect[] {
    const now = this.order(order);
    const fillId = `${order.clientOrderId}-${now.filledQuantity + 1}`;
    const quantity = now.quantity - now.filledQuantity;
    return this.handle({
      type: 'orderFilled',
      fill: buildFill(order, { fillId, quantity, time: order.createdTime, ...changes }),
    });
  }

  report(order: Order, status: OrderUpdate['status'], changes: Partial<OrderUpdate> = {}): readonly Effect[] {
    const update = buildUpdate(order, status, { time: order.createdTime, ...changes });
    return this.handle({ type: 'orderUpdated', update });
  }

  all<Type extends Effect['type']>(type: Type): readonly EffectOf<Type>[] {
    return this.effects.filter((effect): effect is EffectOf<Type> => effect.type === type);
  }

  /** As planned, in the order they were planned. */
  planned(role?: OrderRole): readonly Order[] {
    const orders = this.all('orderPlanned').map(({ order }) => order);
    return role === undefined ? orders : orders.filter((order) => order.role === role);
  }

  /** The latest order of a role. */
  last(role: OrderRole): Order {
    const order = this.planned(role).at(-1);
    if (!order) throw new Error(`Expected an order of role ${role}, found none`);
    return order;
  }

  /** As it stands now. */
  order({ clientOrderId }: Order): Order {
    const order = this.engine.parts.book.get(clientOrderId);
    if (!order) throw new Error(`Expected order "${clientOrderId}" in the book`);
    return order;
  }

  get decided(): readonly Signal[] {
    return this.all('signalDecided').map(({ signal }) => signal);
  }

  get trades(): readonly Trade[] {
    return this.all('tradeClosed').map(({ trade }) => trade);
  }

  /** Units held, signed. */
  get held(): number {
    return this.engine.parts.portfolio.accountQuantity(RELIANCE.id);
  }

  /** Roles of the orders that a cancel was asked for, in order. */
  get cancelled(): readonly OrderRole[] {
    return this.all('cancelRequested').map(({ order }) => order.role);
  }
}

export function at(clock: string, day = THURSDAY): EpochMs {
  return ist(day, clock);
}
