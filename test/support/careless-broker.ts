import fc from 'fast-check';
import type { Order } from '../../src/core/order.ts';
import { isTerminal } from '../../src/core/order-status.ts';
import { type Decision, enter, exit } from '../../src/engine/strategy/strategy.ts';
import type { StrategyInstance } from '../../src/engine/strategy/strategy-instance.ts';
import { clockAfter } from './build-candle.ts';
import { at, type BenchOptions, EngineBench, FOLLOWING, RELIANCE } from './engine-bench.ts';
import type { Step } from './random-play.ts';
import { onCandles, scriptedStrategy } from './scripted-strategy.ts';

type Wish = 'nothing' | 'buy' | 'sell' | 'leave' | 'turn';

export interface Act {
  readonly kind: 'fill' | 'cancel' | 'candle';
  readonly pick: number;
  readonly quantity: number;
  readonly wish: Wish;
}

export const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('fill', 'fill', 'cancel', 'candle'),
    pick: fc.nat(),
    quantity: fc.integer({ min: 1, max: 12 }),
    wish: fc.constantFrom<Wish>('nothing', 'buy', 'sell', 'leave', 'turn'),
  }),
  { maxLength: 40, size: 'max' },
);

/** Where orders end, and how they are priced. */
export const DESKS: readonly (readonly [string, Omit<BenchOptions, 'strategy'>])[] = [
  ['pairs tied', {}],
  ['pairs not tied', { tiesPairs: false }],
  ['pairs not tied, limits that follow the price', { tiesPairs: false, execution: FOLLOWING }],
  ['levels watched by the engine', { tiesPairs: false, exits: { stop: 'engine', target: 'engine' } }],
];

/**
 * A broker that fills what it pleases, in parts, in any order, and long after a cancel was asked for. All it keeps to is
 * its own word: an order that has ended has ended, and of a pair no more is done than its units.
 */
export class CarelessBroker {
  readonly bench: EngineBench;
  /** Everything the engine was told and what it answered. */
  readonly steps: Step[] = [];
  readonly #wishes = new Map<number, Wish>();
  #minute = 0;
  #fills = 0;
  /** No order was filled after its cancel was asked for. */
  isHonest = true;
  readonly #doneOfPair = new Map<string, number>();

  constructor(options: Omit<BenchOptions, 'strategy'> = {}) {
    this.bench = new EngineBench({ ...options, strategy: this.strategy() });
    const { engine } = this.bench;
    const handle = engine.handle.bind(engine);
    engine.handle = (event) => {
      const effects = handle(event);
      this.steps.push({ event, effects });
      return effects;
    };
  }

  /** Another one of the same mind: it decides on a candle as the first one did. */
  strategy(): StrategyInstance {
    const create = onCandles((candle, context) =>
      decisionOf(this.#wishes.get(candle.openTime) ?? 'nothing', context.position().quantity),
    );
    return scriptedStrategy({ instruments: [RELIANCE], create });
  }

  act({ kind, pick, quantity, wish }: Act): void {
    // Around the levels of what is held: some are reached.
    if (kind === 'candle') this.candle(wish, 100 + ((pick % 25) - 12));
    const choice = kind === 'fill' ? this.working : this.withdrawn;
    const order = choice[pick % Math.max(choice.length, 1)];
    if (order && kind === 'fill') this.fill(order, quantity);
    if (order && kind === 'cancel') this.bench.report(order, 'CANCELED', { time: this.now });
  }

  candle(wish: Wish, price = 100): void {
    this.#wishes.set(this.now, wish);
    this.bench.candle(clockAfter('09:15', this.#minute), price);
    this.#minute += 1;
  }

  fill(order: Order, wanted: number): void {
    const { ocoGroup, filledQuantity } = this.bench.order(order);
    const done = ocoGroup === null ? 0 : (this.#doneOfPair.get(ocoGroup) ?? 0);
    const quantity = Math.min(wanted, order.quantity - Math.max(filledQuantity, done));
    if (quantity > 0) {
      if (this.withdrawn.some(({ clientOrderId }) => clientOrderId === order.clientOrderId)) this.isHonest = false;
      this.#fills += 1;
      this.bench.fill(order, { fillId: `fill-${this.#fills}`, quantity, time: this.now });
    }
    if (ocoGroup === null) return;
    this.#doneOfPair.set(ocoGroup, done + quantity);
    if (done + quantity < order.quantity) return;
    for (const leg of this.working)
      if (leg.ocoGroup === ocoGroup) this.bench.report(leg, 'CANCELED', { time: this.now });
  }

  /** Cancels what was asked for, fills what is to be left, until nothing more comes of it. */
  settle(): void {
    for (let round = 0; round < 20 && this.working.length > 0; round += 1) {
      for (const order of this.withdrawn) this.bench.report(order, 'CANCELED', { time: this.now });
      for (const order of this.working) {
        if (order.role === 'EXIT' || order.role === 'SQUARE_OFF') this.fill(order, order.quantity);
      }
    }
  }

  get now(): number {
    return at(clockAfter('09:15', this.#minute));
  }

  get working(): readonly Order[] {
    return this.bench
      .planned()
      .map((order) => this.bench.order(order))
      .filter(({ status, isHeld }) => !isTerminal(status) && !isHeld);
  }

  get withdrawn(): readonly Order[] {
    const asked = new Set(this.bench.all('cancelRequested').map(({ order }) => order.clientOrderId));
    return this.working.filter((order) => asked.has(order.clientOrderId));
  }
}

function decisionOf(wish: Wish, held: number): Decision {
  const entry = (side: 'BUY' | 'SELL') =>
    enter({ side, reason: wish, stopLoss: side === 'BUY' ? 95 : 105, target: side === 'BUY' ? 110 : 90 });
  if (wish === 'buy' || wish === 'sell') return entry(wish === 'buy' ? 'BUY' : 'SELL');
  if (wish === 'leave') return exit({ reason: wish });
  return wish === 'turn' ? [exit({ reason: wish }), entry(held > 0 ? 'SELL' : 'BUY')] : undefined;
}
