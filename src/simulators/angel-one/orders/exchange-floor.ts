/**
 * The simulated exchange under the broker's desks. Every order or change of an order that reaches the exchange is an
 * order of its own there, named by a floor id; fills come back under that id.
 *
 * Invariants: an order that was withdrawn never fills again; nothing fills on the print that was there when it came.
 */
import type { Fill } from '../../../core/fill.ts';
import type { ClientOrderId, SignalKey, StrategyId } from '../../../core/ids.ts';
import type { MarketCalendar } from '../../../core/market-session.ts';
import type { Rupees } from '../../../core/money.ts';
import type { Order, OrderSide, OrderType } from '../../../core/order.ts';
import type { Tick } from '../../../core/tick.ts';
import { dayOf, type EpochMs } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ExchangeEvent } from '../../../simulation/exchange-event.ts';
import type { FillRules } from '../../../simulation/fill-model.ts';
import { SimulatedExchange } from '../../../simulation/simulated-exchange.ts';
import type { Switches } from '../control/behaviours.ts';
import type { SimulatedListing, SimulatedMarket } from '../parts.ts';

export interface FloorOrder {
  readonly listing: SimulatedListing;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly quantity: number;
  readonly limitPrice: Rupees | null;
  readonly triggerPrice: Rupees | null;
}

export interface FloorListener {
  onFill(fill: Fill): void;
  /** The exchange has given the order up: its session has ended, or it would not take it. */
  onEnd(reason: string, isRejected: boolean, time: EpochMs): void;
}

interface Standing {
  readonly order: Order;
  readonly listener: FloorListener;
}

export class ExchangeFloor {
  readonly #exchange: SimulatedExchange;
  readonly #standing = new Map<string, Standing>();
  readonly #calendar: MarketCalendar;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #closes = new Set<EpochMs>();
  #sequence = 0;

  constructor({ listings, clock }: SimulatedMarket, calendar: MarketCalendar, switches: Switches, closed: AbortSignal) {
    this.#calendar = calendar;
    this.#clock = clock;
    this.#closed = closed;
    this.#exchange = new SimulatedExchange({
      instruments: listings.map(({ instrument }) => instrument),
      calendar,
      rules: rulesOf(switches),
      report: (event) => this.#hear(event),
      settle: () => undefined,
    });
  }

  submit(order: FloorOrder, listener: FloorListener): string {
    this.#sequence += 1;
    const floorId = `floor-${this.#sequence}`;
    const now = this.#clock.now();
    const standing = coreOrderOf(order, floorId, this.#sequence, now);
    this.#standing.set(floorId, { order: standing, listener });
    this.#exchange.submit(standing, now);
    this.#endWithSession(order.listing, now);
    return floorId;
  }

  /** Takes the order off the floor before the next print. */
  withdraw(floorId: string): void {
    const standing = this.#standing.get(floorId);
    if (standing === undefined) return;
    this.#standing.delete(floorId);
    this.#exchange.cancel(standing.order, 0);
  }

  onTick(tick: Tick): void {
    this.#exchange.onTick(tick);
  }

  isOpen({ instrument }: SimulatedListing, time: EpochMs): boolean {
    const session = this.#calendar.sessionOn(instrument, dayOf(time));
    return session !== null && time >= session.open && time < session.close;
  }

  /** When the next session opens; undefined when the calendar knows of none. */
  nextOpen({ instrument }: SimulatedListing, time: EpochMs): EpochMs | undefined {
    return this.#calendar.nextSession(instrument, time)?.open;
  }

  /** What is left of the day's orders expires at the close though no print comes any more. */
  #endWithSession({ instrument }: SimulatedListing, now: EpochMs): void {
    const close = this.#calendar.nextSession(instrument, now)?.close;
    if (close === undefined || this.#closes.has(close)) return;
    this.#closes.add(close);
    void this.#clock.sleepUntil(close, this.#closed).then(() => {
      this.#closes.delete(close);
      if (!this.#closed.aborted) this.#exchange.advance(Math.max(close, this.#clock.now()));
    });
  }

  #hear(event: ExchangeEvent): void {
    if (event.type === 'orderFilled') {
      this.#standing.get(event.fill.clientOrderId)?.listener.onFill(event.fill);
      return;
    }
    const { clientOrderId, status, reason, time } = event.update;
    if (status !== 'EXPIRED' && status !== 'REJECTED') return;
    const standing = this.#standing.get(clientOrderId);
    this.#standing.delete(clientOrderId);
    standing?.listener.onEnd(reason ?? '', status === 'REJECTED', time);
  }
}

/** Reads the switches at every fill, so that they may change while the simulator runs. */
function rulesOf(switches: Switches): FillRules {
  return {
    latencyMs: 0,
    circuitPercent: null,
    get slippageBps() {
      return switches.current.slippageBps;
    },
    get participationPercent() {
      return switches.current.participationPercent;
    },
    get limitFill() {
      return switches.current.limitFill;
    },
  };
}

function coreOrderOf(order: FloorOrder, floorId: string, sequence: number, time: EpochMs): Order {
  return {
    clientOrderId: floorId as ClientOrderId,
    sequence,
    strategyId: 'simulator' as StrategyId,
    signalKey: floorId as SignalKey,
    instrumentId: order.listing.instrument.id,
    role: 'ENTRY',
    side: order.side,
    quantity: order.quantity,
    type: order.type,
    limitPrice: order.limitPrice,
    triggerPrice: order.triggerPrice,
    product: 'INTRADAY',
    timeInForce: 'DAY',
    ocoGroup: null,
    createdTime: time,
    notBefore: time,
    deadline: null,
    ...{ isHeld: false, amendments: 0, reprices: null, pricedTime: null },
    status: 'SUBMITTED',
    brokerOrderId: null,
    filledQuantity: 0,
    averagePrice: null,
    statusReason: null,
    updatedTime: time,
  };
}
