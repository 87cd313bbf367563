/**
 * A market and a strategy drawn at random: candles of two afternoons with holes, gaps and thin volume, and a strategy that
 * enters, leaves and turns as it pleases. What must hold whatever they do is the business of the tests.
 */
import fc from 'fast-check';
import { BacktestSession } from '../../src/backtest/backtest-session.ts';
import type { Candle } from '../../src/core/candle.ts';
import type { Order, ProductType } from '../../src/core/order.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { type Decision, enter, exit } from '../../src/engine/strategy/strategy.ts';
import type { EngineOptions } from '../../src/engine/trading-engine.ts';
import type { Effect, EngineEvent } from '../../src/ports/engine-event.ts';
import { DEFAULT_FILL_RULES, type FillRules } from '../../src/simulation/fill-model.ts';
import { SessionRecorder } from '../../src/simulation/session-recorder.ts';
import { buildCandle, clockAfter } from './build-candle.ts';
import { engineOptions, FOLLOWING, RELIANCE } from './engine-bench.ts';
import { onCandles, scriptedStrategy } from './scripted-strategy.ts';
import { SIMPLE_CHARGES } from './simple-charges.ts';

const FIRST = '14:50';
const MINUTES = 40;

interface Minute {
  readonly isHole: boolean;
  readonly gap: number;
  readonly up: number;
  readonly down: number;
  readonly close: number;
  readonly volume: number;
  readonly wish: 'nothing' | 'buy' | 'sell' | 'leave' | 'turn';
  readonly stop: number;
  readonly target: number;
  readonly quantity: number;
}

const minutes: fc.Arbitrary<readonly Minute[]> = fc.array(
  fc.record({
    isHole: fc.boolean(),
    gap: fc.integer({ min: -25, max: 25 }),
    up: fc.integer({ min: 0, max: 40 }),
    down: fc.integer({ min: 0, max: 40 }),
    close: fc.double({ min: 0, max: 1, noNaN: true }),
    volume: fc.constantFrom(0, 150, 400, 20_000),
    wish: fc.constantFrom('nothing', 'nothing', 'buy', 'sell', 'leave', 'turn'),
    stop: fc.integer({ min: 1, max: 60 }),
    target: fc.integer({ min: 1, max: 60 }),
    quantity: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 2, maxLength: 2 * MINUTES, size: 'max' },
);

export const plays = fc.record({
  minutes,
  product: fc.constantFrom<ProductType>('INTRADAY', 'DELIVERY'),
  hasFreeze: fc.boolean(),
  /** Limits that follow the price, or market orders. */
  isFollowing: fc.boolean(),
  rules: fc.record({
    slippageBps: fc.constantFrom(0, 8),
    latencyMs: fc.constantFrom(0, 250, 45_000),
    participationPercent: fc.constantFrom(null, 10),
    limitFill: fc.constantFrom<FillRules['limitFill']>('through', 'touch'),
  }),
});
type ValueOf<A> = A extends fc.Arbitrary<infer Value> ? Value : never;
export type Play = ValueOf<typeof plays>;

export interface Step {
  readonly event: EngineEvent;
  readonly effects: readonly Effect[];
}

export interface Played {
  readonly session: BacktestSession;
  readonly recorder: SessionRecorder;
  /** As they stood at the end. */
  readonly orders: readonly Order[];
  readonly options: EngineOptions;
  /** Everything the engine was told and what it answered. */
  readonly steps: readonly Step[];
}

/** Plays to the end of the data; `look` is called after every event. */
export function play(
  drawn: Play,
  look: (session: BacktestSession, orders: ReadonlyMap<string, Order>) => void = () => {},
): Played {
  const candles = candlesOf(drawn.minutes);
  const options = { ...optionsOf(drawn), charges: SIMPLE_CHARGES };
  const recorder = new SessionRecorder();
  const orders = new Map<string, Order>();
  const rules = { ...DEFAULT_FILL_RULES, ...drawn.rules };
  const session = new BacktestSession({ ...options, rules }, (effect) => recorder.take(effect));
  const steps: Step[] = [];
  const handle = session.engine.handle.bind(session.engine);
  session.engine.handle = (event) => {
    const effects = handle(event);
    steps.push({ event, effects });
    for (const effect of effects) if ('order' in effect) orders.set(effect.order.clientOrderId, effect.order);
    look(session, orders);
    return effects;
  };
  for (const candle of candles) session.onCandle(candle, candle.openTime + MINUTE_MS);
  session.drain();
  session.closeOut();
  return { session, recorder, orders: [...orders.values()], options, steps };
}

function optionsOf({ minutes: all, product, hasFreeze, isFollowing }: Play): EngineOptions {
  const instrument = { ...RELIANCE, freezeQuantity: hasFreeze ? 25 : null };
  const wishes = new Map(all.map((minute, index) => [openTimeOf(index), minute]));
  const strategy = scriptedStrategy({
    instruments: [instrument],
    create: onCandles((candle, context) => {
      const minute = wishes.get(candle.openTime);
      return minute && decisionOf(minute, candle, context.position().quantity);
    }),
  });
  return engineOptions({ strategy, product, ...(isFollowing ? { execution: FOLLOWING } : {}) });
}

function decisionOf({ wish, stop, target, quantity }: Minute, { close }: Candle, held: number): Decision {
  const entry = (side: 'BUY' | 'SELL') => {
    const sign = side === 'BUY' ? 1 : -1;
    const legs = { stopLoss: close - (sign * stop) / 20, target: close + (sign * target) / 20 };
    return enter({ side, quantity, reason: wish, ...legs });
  };
  if (wish === 'buy') return entry('BUY');
  if (wish === 'sell') return entry('SELL');
  if (wish === 'leave') return exit({ reason: wish });
  return wish === 'turn' ? [exit({ reason: wish }), entry(held > 0 ? 'SELL' : 'BUY')] : undefined;
}

function candlesOf(all: readonly Minute[]): readonly Candle[] {
  let last = 2_000;
  return all.flatMap(({ isHole, gap, up, down, close, volume }, index) => {
    if (isHole) return [];
    const open = Math.max(last + gap, 200);
    const [high, low] = [open + up, open - Math.min(down, 100)];
    last = Math.round(low + (high - low) * close);
    const [o, h, l, c] = [open, high, low, last].map((ticks) => Math.round(ticks * 5) / 100) as [
      number,
      number,
      number,
      number,
    ];
    return [{ ...buildCandle('09:15', [o, h, l, c], { volume }), openTime: openTimeOf(index) }];
  });
}

/** The afternoon of a Thursday, then of the Friday. */
function openTimeOf(index: number): number {
  const day = index < MINUTES ? '2026-07-30' : '2026-07-31';
  return buildCandle(clockAfter(FIRST, index % MINUTES), 1, { day }).openTime;
}
