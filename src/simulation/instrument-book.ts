import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import type { Rupees } from '../core/money.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import type { Tick } from '../core/tick.ts';
import { dayOf, type EpochMs, startOfDay } from '../core/time.ts';
import { candleEnd, type Timeframe } from '../core/timeframe.ts';
import type { OrderChange } from '../ports/broker.ts';
import { dropWhere } from './drop-where.ts';
import type { ExchangeEvent } from './exchange-event.ts';
import { type FillRules, rejectionOf, withSlippage } from './fill-model.ts';
import { changeFaultOf, changeResting, type ExchangeRequest } from './order-change.ts';
import { isAtOnce, isForced, isUntouched, priceOnMove, type RestingOrder, stopToTakeFirst } from './resting-order.ts';

const NEVER = Number.POSITIVE_INFINITY;
const PAIR_FILLED = 'The other order of the pair was filled';

/** All orders of one instrument and the matching of prices against them. */
export class InstrumentBook {
  readonly #instrument: Instrument;
  readonly #calendar: MarketCalendar;
  readonly #rules: FillRules;
  readonly #report: (event: ExchangeEvent) => void;
  #incoming: RestingOrder[] = [];
  /** Cancels and changes on their way, in the order they were asked for. */
  #requests: ExchangeRequest[] = [];
  #resting: RestingOrder[] = [];
  /** When the next of them ends with its session. */
  #nextEnd: EpochMs = NEVER;
  #lastPrice: Rupees | undefined;
  #lastTime: EpochMs = 0;
  #lastTimeframe: Timeframe | null = null;
  #dayVolume = 0;
  #budget = NEVER;
  #session: MarketSession | null = null;
  #dayEnd: EpochMs = Number.NEGATIVE_INFINITY;
  /** The first price of the day. */
  #reference: Rupees | undefined;

  constructor(
    instrument: Instrument,
    calendar: MarketCalendar,
    rules: FillRules,
    report: (event: ExchangeEvent) => void,
  ) {
    this.#instrument = instrument;
    this.#calendar = calendar;
    this.#rules = rules;
    this.#report = report;
  }

  /** Nothing waits here: prices need not be walked. */
  get isIdle(): boolean {
    return this.#resting.length === 0 && this.#incoming.length === 0 && this.#requests.length === 0;
  }

  /** No order here can be done, taken in or cancelled while the price stays between `low` and `high`. */
  isUntouchedBy(high: Rupees, low: Rupees): boolean {
    if (this.#incoming.length > 0 || this.#requests.length > 0) return false;
    for (const resting of this.#resting) if (!isUntouched(resting, high, low)) return false;
    return true;
  }

  submit(order: Order, effectiveTime: EpochMs): void {
    const endTime = this.#endOf(order, effectiveTime);
    this.#nextEnd = Math.min(this.#nextEnd, endTime);
    this.#incoming.push({
      order,
      effectiveTime,
      endTime,
      remaining: order.quantity,
      filled: 0,
      fills: 0,
      isTriggered: false,
      isFresh: true,
    });
  }

  cancel(id: ClientOrderId, effectiveTime: EpochMs): void {
    this.#requests.push({ id, effectiveTime, change: null });
  }

  /** Why the order can not be changed so, or undefined; a fill or the session's end that comes first still wins. */
  modify(id: ClientOrderId, change: OrderChange, effectiveTime: EpochMs): string | undefined {
    const working = this.working(id);
    if (working === undefined) return 'The order is not working';
    const fault = changeFaultOf(working, change, this.#instrument, this.#reference, this.#rules);
    if (fault === undefined) this.#requests.push({ id, effectiveTime, change });
    return fault;
  }

  /** The order, while it is here and may still change. */
  working(id: ClientOrderId): RestingOrder | undefined {
    const isMeant = ({ order, remaining }: RestingOrder): boolean => order.clientOrderId === id && remaining > 0;
    return this.#resting.find(isMeant) ?? this.#incoming.find(isMeant);
  }

  /** A price comes. The first one of a day ends what was left of the days before and is what the circuit is drawn around. */
  meet(price: Rupees, time: EpochMs): void {
    if (time < this.#dayEnd) return;
    const day = dayOf(time);
    this.#dayEnd = startOfDay(day + 1);
    this.expire(startOfDay(day));
    this.#session = this.#calendar.sessionOn(this.#instrument, day);
    this.#reference = price;
    this.#dayVolume = 0;
  }

  /** Remembers a price after it has been matched; of a candle its close. */
  see(price: Rupees, time: EpochMs, timeframe: Timeframe | null = null): void {
    this.#lastPrice = price;
    this.#lastTime = time;
    this.#lastTimeframe = timeframe;
  }

  /** Units traded since the previous tick; null for what has no volume, such as an index. */
  tradedSince(tick: Tick): number | null {
    const traded = tick.volume - this.#dayVolume;
    this.#dayVolume = tick.volume;
    return tick.volume === 0 ? null : Math.max(traded, 0);
  }

  isTrading(time: EpochMs): boolean {
    return this.#session !== null && time >= this.#session.open && time < this.#session.close;
  }

  /** Of the day whose price was met last. */
  get sessionClose(): EpochMs {
    return this.#session?.close ?? NEVER;
  }

  /** A new candle or tick: what its volume lets us take; null sets no cap. */
  begin(volume: number | null): void {
    const { participationPercent } = this.#rules;
    const lot = this.#instrument.lotSize;
    this.#budget =
      participationPercent === null || volume === null
        ? NEVER
        : Math.floor((volume * participationPercent) / 100 / lot) * lot;
  }

  /** The price moves; `high` and `low` bound the rest of the candle, this move included. */
  step(from: Rupees, to: Rupees, time: EpochMs, fillsMarket: boolean, high = to, low = to): void {
    this.#takeRequests(time);
    this.#takeIncoming(time);
    for (const resting of this.#resting) {
      if (resting.remaining === 0) continue;
      const stop = stopToTakeFirst(resting, this.#resting, from, high, low, this.#rules);
      // It is taken at its trigger: the price had not gapped beyond it.
      const stopPrice = stop && this.#priceOn(stop, from, stop.order.triggerPrice ?? from, false);
      const price = stopPrice ?? this.#priceOn(resting, from, to, fillsMarket);
      if (price !== undefined) this.#fill(stopPrice === undefined ? resting : (stop ?? resting), price, time);
      resting.isFresh = false;
    }
    this.#dropDone();
  }

  /** The clock has reached `time`: sessions that have closed by then end. */
  expire(time: EpochMs): void {
    while (this.#nextEnd <= time) this.#endSession(this.#nextEnd);
  }

  /** No more prices come; returns how many orders were done. */
  closeOut(): number {
    if (this.#lastPrice === undefined) return 0;
    this.#takeRequests(NEVER);
    this.#takeIncoming(NEVER);
    this.#budget = NEVER;
    const due = this.#resting.filter(({ order }) => isAtOnce(order));
    for (const resting of due) this.#fillAtLastPrice(resting, this.#lastPrice, this.#lastPriceTime());
    this.#dropDone();
    return due.length;
  }

  #endSession(close: EpochMs): void {
    this.#takeRequests(close);
    this.#takeIncoming(close);
    this.#budget = NEVER;
    for (const resting of this.#resting) {
      if (resting.endTime > close) continue;
      // A square-off that met no more prices: the broker's own forced one takes the last price of the day.
      if (isAtOnce(resting.order) && isForced(resting.order) && this.#lastPrice !== undefined) {
        this.#fillAtLastPrice(resting, this.#lastPrice, Math.max(this.#lastPriceTime(), resting.effectiveTime));
      } else {
        resting.remaining = 0;
        this.#update(resting, 'EXPIRED', close, 'The session ended');
      }
    }
    this.#dropDone();
    const waiting = [...this.#resting, ...this.#incoming];
    this.#nextEnd = waiting.reduce((first, { endTime }) => Math.min(first, endTime), NEVER);
  }

  #fillAtLastPrice(resting: RestingOrder, price: Rupees, time: EpochMs): void {
    this.#fill(resting, withSlippage(price, resting.order.side, this.#instrument, this.#rules.slippageBps), time);
  }

  /** In place: a book is looked through at every price, and most of its orders stay. */
  #dropDone(): void {
    dropWhere(this.#resting, ({ remaining }) => remaining === 0);
  }

  #takeRequests(time: EpochMs): void {
    if (this.#requests.length === 0) return;
    for (const { id, effectiveTime, change } of this.#requests) {
      const working = effectiveTime > time ? undefined : this.working(id);
      if (working === undefined) continue;
      if (change === null)
        this.#cancelResting(working, Number.isFinite(time) ? time : this.#lastPriceTime(), 'Cancelled on request');
      else changeResting(working, change, this.#instrument, this.#reference, this.#rules);
    }
    dropWhere(this.#requests, ({ effectiveTime }) => effectiveTime <= time);
    this.#dropDone();
    dropWhere(this.#incoming, ({ remaining }) => remaining === 0);
  }

  #takeIncoming(time: EpochMs): void {
    if (this.#incoming.length === 0) return;
    const due = this.#incoming.filter((resting) => resting.effectiveTime <= time);
    if (due.length === 0) return;
    dropWhere(this.#incoming, (resting) => resting.effectiveTime <= time);
    if (due.length > 1) due.sort((a, b) => a.effectiveTime - b.effectiveTime || a.order.sequence - b.order.sequence);
    for (const resting of due) {
      const rejection = rejectionOf(resting.order, this.#instrument, this.#reference, this.#rules);
      if (rejection !== undefined) {
        this.#update(resting, 'REJECTED', Number.isFinite(time) ? time : this.#lastPriceTime(), rejection);
        continue;
      }
      this.#resting.push(resting);
      // A market order is done as soon as it is in: its fill says enough.
      if (resting.order.type !== 'MARKET')
        this.#update(resting, 'ACCEPTED', Number.isFinite(time) ? time : this.#lastPriceTime(), null);
    }
  }

  #priceOn(resting: RestingOrder, from: Rupees, to: Rupees, fillsMarket: boolean): Rupees | undefined {
    return priceOnMove(resting, from, to, fillsMarket, this.#instrument, this.#rules);
  }

  #fill(resting: RestingOrder, price: Rupees, time: EpochMs): void {
    const quantity = Math.min(resting.remaining, this.#budget);
    if (quantity <= 0) return;
    this.#budget -= quantity;
    resting.remaining -= quantity;
    resting.filled += quantity;
    resting.fills += 1;
    const { order } = resting;
    const fill: Fill = {
      fillId: `${order.clientOrderId}-${resting.fills}`,
      clientOrderId: order.clientOrderId,
      instrumentId: order.instrumentId,
      side: order.side,
      quantity,
      price,
      time,
    };
    this.#report({ type: 'orderFilled', fill });
    if (order.ocoGroup === null) return;
    this.#reduceOthers(resting, quantity, time);
    if (resting.remaining === 0 && resting.filled < order.quantity) this.#cancelResting(resting, time, PAIR_FILLED);
  }

  #reduceOthers(filled: RestingOrder, quantity: number, time: EpochMs): void {
    for (const other of this.#resting) {
      if (other === filled || other.remaining === 0 || other.order.ocoGroup !== filled.order.ocoGroup) continue;
      if (other.remaining > quantity) other.remaining -= quantity;
      else this.#cancelResting(other, time, PAIR_FILLED);
    }
  }

  #cancelResting(resting: RestingOrder, time: EpochMs, reason: string): void {
    resting.remaining = 0;
    this.#update(resting, 'CANCELED', time, reason);
  }

  #update(resting: RestingOrder, status: OrderUpdate['status'], time: EpochMs, reason: string | null): void {
    const { clientOrderId } = resting.order;
    const brokerOrderId = `SIM-${clientOrderId}` as BrokerOrderId;
    this.#report({ type: 'orderUpdated', update: { clientOrderId, status, brokerOrderId, reason, time } });
  }

  #lastPriceTime(): EpochMs {
    if (this.#lastTimeframe === null) return this.#lastTime;
    return candleEnd(this.#lastTime, this.#lastTimeframe, this.sessionClose) - 1;
  }

  /**
   * Rules stay until they are triggered, and a market order waits for a price: the hole is in the data, not in the market.
   * What leaves an intraday position does not: no broker carries one overnight.
   */
  #endOf(order: Order, effectiveTime: EpochMs): EpochMs {
    if (order.timeInForce === 'GTT' || (order.type === 'MARKET' && !isForced(order))) return NEVER;
    const today = this.#calendar.sessionOn(this.#instrument, dayOf(effectiveTime));
    const session =
      today && effectiveTime < today.close ? today : this.#calendar.nextSession(this.#instrument, effectiveTime);
    return session?.close ?? NEVER;
  }
}
