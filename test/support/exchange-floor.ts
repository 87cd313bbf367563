import type { Candle } from '../../src/core/candle.ts';
import type { Fill } from '../../src/core/fill.ts';
import type { ClientOrderId } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { Order, OrderUpdate } from '../../src/core/order.ts';
import type { Tick } from '../../src/core/tick.ts';
import { type EpochMs, formatClock } from '../../src/core/time.ts';
import type { ExchangeEvent } from '../../src/simulation/exchange-event.ts';
import { DEFAULT_FILL_RULES, type FillRules } from '../../src/simulation/fill-model.ts';
import { SimulatedExchange } from '../../src/simulation/simulated-exchange.ts';
import { buildCandle, THURSDAY } from './build-candle.ts';
import { buildOrder } from './build-order.ts';
import { fixedCalendar, ist, testInstrument } from './fixed-calendar.ts';

export const RELIANCE = testInstrument('NSE:RELIANCE');

type CandlePrices = Parameters<typeof buildCandle>[1];

/** A simulated exchange on its own: the test is the engine, what is reported is kept. */
export class ExchangeFloor {
  readonly events: ExchangeEvent[] = [];
  readonly sent: { readonly order: Order; readonly time: EpochMs }[] = [];
  readonly exchange: SimulatedExchange;
  /** Called after each step of the market, as an engine would answer it. */
  onSettle: () => void = () => {};
  #sequence = 0;
  #dayVolume = 0;

  constructor(rules: Partial<FillRules> = {}, instruments: readonly Instrument[] = [RELIANCE]) {
    this.exchange = new SimulatedExchange({
      instruments,
      calendar: fixedCalendar,
      rules: { ...DEFAULT_FILL_RULES, ...rules },
      report: (event) => this.events.push(event),
      settle: () => this.onSettle(),
    });
  }

  /** Sends an order at 10:00 on a Thursday unless told otherwise; it is named by its number. */
  send(changes: Partial<Order> = {}, clock = '10:00', day = THURSDAY): Order {
    this.#sequence += 1;
    const order = buildOrder({
      clientOrderId: `order${String(this.#sequence).padStart(11, '0')}` as ClientOrderId,
      sequence: this.#sequence,
      createdTime: ist(day, clock),
      ...changes,
    });
    const time = ist(day, clock);
    this.sent.push({ order, time });
    this.exchange.submit(order, time);
    return order;
  }

  cancel(order: Order, clock = '10:00', day = THURSDAY): void {
    this.exchange.cancel(order, ist(day, clock));
  }

  candle(clock: string, prices: CandlePrices, changes: Partial<Candle> & { readonly day?: string } = {}): void {
    this.exchange.onCandle(buildCandle(clock, prices, changes));
  }

  /** `traded` units since the tick before. */
  tick(clock: string, lastPrice: number, traded = 100, changes: Partial<Tick> & { readonly day?: string } = {}): void {
    const { day = THURSDAY, ...rest } = changes;
    this.#dayVolume += traded;
    this.exchange.onTick({
      instrumentId: RELIANCE.id,
      time: ist(day, clock),
      lastPrice,
      volume: this.#dayVolume,
      openInterest: null,
      bid: null,
      ask: null,
      sequence: null,
      ...rest,
    });
  }

  get fills(): readonly Fill[] {
    return this.events.flatMap((event) => (event.type === 'orderFilled' ? [event.fill] : []));
  }

  get updates(): readonly OrderUpdate[] {
    return this.events.flatMap((event) => (event.type === 'orderUpdated' ? [event.update] : []));
  }

  fillsOf({ clientOrderId }: Order): readonly Fill[] {
    return this.fills.filter((fill) => fill.clientOrderId === clientOrderId);
  }

  statusesOf({ clientOrderId }: Order): readonly string[] {
    return this.updates.filter((update) => update.clientOrderId === clientOrderId).map(({ status }) => status);
  }

  /** `quantity@price clock` of each fill. */
  dealsOf(order: Order): readonly string[] {
    return this.fillsOf(order).map(({ quantity, price, time }) => `${quantity}@${price} ${formatClock(time)}`);
  }
}

/** The two protective orders of one pair: `quantity` sold when the price falls to `stop` or rises to `target`. */
export function pairOf(quantity: number, stop: number, target: number): readonly [Partial<Order>, Partial<Order>] {
  const leg = { side: 'SELL', quantity, ocoGroup: 'pair' } as const;
  return [
    { ...leg, role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: stop },
    { ...leg, role: 'TARGET', type: 'LIMIT', limitPrice: target },
  ];
}
