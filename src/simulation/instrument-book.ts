import type { Fill } from '../core/fill.ts';
import type { BrokerOrderId, ClientOrderId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import type { Rupees } from '../core/money.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import type { Tick } from '../core/tick.ts';
import { dayOf, startOfDay, type EpochMs } from '../core/time.ts';
import { limitPriceOn, rejectionOf, triggerPriceOn, withSlippage, type FillRules } from './fill-model.ts';
import type { ExchangeEvent } from './simulated-exchange.ts';

interface RestingOrder {
  readonly order: Order;
  readonly effectiveTime: EpochMs;
  /** Units not filled and not taken away by the other side of an OCO pair. */
  remaining: number;
  isTriggered: boolean;
  fills: number;
}

/** All orders of one instrument and the matching of prices against them. */
export class InstrumentBook {
  readonly #instrument: Instrument;
  readonly #calendar: MarketCalendar;
  readonly #rules: FillRules;
  readonly #report: (event: ExchangeEvent) => void;
  #incoming: RestingOrder[] = [];
  #cancels: { readonly id: ClientOrderId; readonly effectiveTime: EpochMs }[] = [];
  #resting: RestingOrder[] = [];
  #lastPrice: Rupees | undefined;
  #lastTime: EpochMs = 0;
  #dayVolume = 0;
  #budget = Number.POSITIVE_INFINITY;
  #session: MarketSession | null = null;
  #sessionDay = Number.NaN;
  #reference: Rupees | undefined;
  #referenceDay = Number.NaN;

  constructor(instrument: Instrument, calendar: MarketCalendar, rules: FillRules, report: (event: ExchangeEvent) => void) {
    this.#instrument = instrument;
    this.#calendar = calendar;
    this.#rules = rules;
    this.#report = report;
  }

  /** Nothing waits here: prices need not be walked. */
  get isIdle(): boolean {
    return this.#resting.length === 0 && this.#incoming.length === 0 && this.#cancels.length === 0;
  }

  /** No order here can be done, taken in or cancelled while the price stays between `low` and `high`. */
  isUntouchedBy(high: Rupees, low: Rupees): boolean {
    if (this.#incoming.length > 0 || this.#cancels.length > 0) return false;
    for (const { order, isTriggered } of this.#resting) {
      const { side, limitPrice, triggerPrice } = order;
      if (triggerPrice !== null && !isTriggered) {
        if (side === 'BUY' ? high >= triggerPrice : low <= triggerPrice) return false;
      } else if (limitPrice === null || (side === 'BUY' ? low <= limitPrice : high >= limitPrice)) {
        return false;
      }
    }
    return true;
  }

  submit(order: Order, effectiveTime: EpochMs): void {
    this.#incoming.push({ order, effectiveTime, remaining: order.quantity, isTriggered: false, fills: 0 });
  }

  cancel(id: ClientOrderId, effectiveTime: EpochMs): void {
    this.#cancels.push({ id, effectiveTime });
  }

  /** Remembers a price after it has been matched. */
  see(price: Rupees, time: EpochMs): void {
    if (this.#rules.circuitPercent !== null && dayOf(time) !== this.#referenceDay) {
      this.#reference = price;
      this.#referenceDay = dayOf(time);
    }
    this.#lastPrice = price;
    this.#lastTime = time;
  }

  /** Units traded since the previous tick; null for what has no volume, such as an index. */
  tradedSince(tick: Tick): number | null {
    const traded = tick.volume - this.#dayVolume;
    this.#dayVolume = tick.volume;
    return tick.volume === 0 ? null : Math.max(traded, 0);
  }

  isTrading(time: EpochMs): boolean {
    const session = this.#sessionAt(time);
    return session !== null && time >= session.open && time < session.close;
  }

  sessionClose(time: EpochMs): EpochMs {
    return this.#sessionAt(time)?.close ?? Number.POSITIVE_INFINITY;
  }

  /** A new candle or tick: what its volume lets us take; null sets no cap. */
  begin(volume: number | null): void {
    const { participationPercent } = this.#rules;
    const lot = this.#instrument.lotSize;
    this.#budget =
      participationPercent === null || volume === null
        ? Number.POSITIVE_INFINITY
        : Math.floor((volume * participationPercent) / 100 / lot) * lot;
  }

  /** The price moves; `high` and `low` bound the rest of the candle, this move included. */
  step(from: Rupees, to: Rupees, time: EpochMs, fillsMarket: boolean, high = to, low = to): void {
    this.#takeCancels(time);
    this.#takeIncoming(time);
    for (const resting of this.#resting) {
      if (resting.remaining === 0) continue;
      const stop = this.#stopToTakeFirst(resting, from, high, low);
      const next = stop ?? resting;
      const price = stop ? this.#stopPrice(stop, from) : this.#priceOn(next, from, to, fillsMarket);
      if (price !== undefined) this.#fill(next, price, time);
    }
    this.#dropDone();
  }

  expire(time: EpochMs): void {
    const session = this.#lastSessionBefore(time);
    if (!session) return;
    this.#squareOffAtLastPrice(session);
    const isOver = (resting: RestingOrder): boolean =>
      resting.effectiveTime < session.close &&
      resting.order.timeInForce !== 'GTT' &&
      // A market order that met no print waits for the next one: the hole is in the data, not in the market.
      resting.order.type !== 'MARKET';
    for (const resting of [...this.#resting, ...this.#incoming].filter(isOver)) {
      this.#update(resting, 'EXPIRED', session.close, 'The session ended');
    }
    this.#resting = this.#resting.filter((resting) => !isOver(resting));
    this.#incoming = this.#incoming.filter((resting) => !isOver(resting));
  }

  closeOut(): void {
    if (this.#lastPrice === undefined) return;
    this.#takeCancels(Number.POSITIVE_INFINITY);
    this.#takeIncoming(Number.POSITIVE_INFINITY);
    this.#budget = Number.POSITIVE_INFINITY;
    for (const resting of this.#resting) {
      if (resting.order.type === 'MARKET') this.#fill(resting, this.#slipped(resting, this.#lastPrice), this.#lastTime);
    }
    this.#dropDone();
  }

  /** A square-off that met no more prints: the broker's own forced one takes the last price of the day. */
  #squareOffAtLastPrice(session: MarketSession): void {
    const isStranded = ({ order, effectiveTime }: RestingOrder): boolean =>
      order.role === 'SQUARE_OFF' && order.type === 'MARKET' && effectiveTime < session.close;
    if (this.#lastPrice === undefined || ![...this.#resting, ...this.#incoming].some(isStranded)) return;
    this.#takeCancels(session.close);
    this.#takeIncoming(session.close);
    this.#budget = Number.POSITIVE_INFINITY;
    for (const resting of this.#resting.filter(isStranded)) {
      this.#fill(resting, this.#slipped(resting, this.#lastPrice), this.#lastTime);
    }
    this.#dropDone();
  }

  #dropDone(): void {
    if (this.#resting.some((resting) => resting.remaining === 0)) {
      this.#resting = this.#resting.filter((resting) => resting.remaining > 0);
    }
  }

  #takeCancels(time: EpochMs): void {
    if (this.#cancels.length === 0) return;
    const due = this.#cancels.filter((cancel) => cancel.effectiveTime <= time);
    this.#cancels = this.#cancels.filter((cancel) => cancel.effectiveTime > time);
    for (const { id } of due) {
      const resting = [...this.#resting, ...this.#incoming].find((each) => each.order.clientOrderId === id);
      if (resting && resting.remaining > 0) this.#cancelResting(resting, this.#at(time), 'Cancelled on request');
    }
    this.#dropDone();
    this.#incoming = this.#incoming.filter((resting) => resting.remaining > 0);
  }

  #takeIncoming(time: EpochMs): void {
    if (this.#incoming.length === 0) return;
    const due = this.#incoming.filter((resting) => resting.effectiveTime <= time);
    if (due.length === 0) return;
    this.#incoming = this.#incoming.filter((resting) => resting.effectiveTime > time);
    due.sort((a, b) => a.effectiveTime - b.effectiveTime || a.order.sequence - b.order.sequence);
    for (const resting of due) {
      const rejection = rejectionOf(resting.order, this.#instrument, this.#reference, this.#rules);
      if (rejection !== undefined) {
        this.#update(resting, 'REJECTED', this.#at(time), rejection);
        continue;
      }
      this.#resting.push(resting);
      // A market order is done as soon as it is in: its fill says enough.
      if (resting.order.type !== 'MARKET') this.#update(resting, 'ACCEPTED', this.#at(time), null);
    }
  }

  #priceOn(resting: RestingOrder, from: Rupees, to: Rupees, fillsMarket: boolean): Rupees | undefined {
    const { order } = resting;
    const { type, side, limitPrice, triggerPrice } = order;
    if (type === 'MARKET') return fillsMarket ? this.#slipped(resting, to) : undefined;
    if (type === 'LIMIT') return this.#limitPrice(resting, limitPrice ?? 0, from, to);
    let start = from;
    if (!resting.isTriggered) {
      const triggered = triggerPriceOn(side, triggerPrice ?? 0, from, to);
      if (triggered === undefined) return undefined;
      resting.isTriggered = true;
      start = triggered;
    }
    if (type === 'STOP_MARKET') return this.#slipped(resting, start);
    // A triggered stop-limit takes the trigger price when its limit allows it, else it rests as a limit.
    const isWithinLimit = side === 'BUY' ? start <= (limitPrice ?? 0) : start >= (limitPrice ?? 0);
    return isWithinLimit ? start : this.#limitPrice(resting, limitPrice ?? 0, start, to);
  }

  /** The stop is taken at its trigger: the price had not gapped beyond it. */
  #stopPrice(stop: RestingOrder, from: Rupees): Rupees | undefined {
    return this.#priceOn(stop, from, stop.order.triggerPrice ?? from, false);
  }

  #limitPrice(resting: RestingOrder, limit: Rupees, from: Rupees, to: Rupees): Rupees | undefined {
    return limitPriceOn(resting.order.side, limit, from, to, this.#rules.limitFill);
  }

  #slipped(resting: RestingOrder, price: Rupees): Rupees {
    return withSlippage(price, resting.order.side, this.#instrument, this.#rules.slippageBps);
  }

  /** The stop of the same pair, when both lie inside the rest of the candle and the price has not gapped to the target. */
  #stopToTakeFirst(target: RestingOrder, from: Rupees, high: Rupees, low: Rupees): RestingOrder | undefined {
    const { ocoGroup, side, type, limitPrice } = target.order;
    if (ocoGroup === null || type !== 'LIMIT' || high === low || limitPrice === null) return undefined;
    const isReached = side === 'SELL' ? high >= limitPrice : low <= limitPrice;
    const isGapped = side === 'SELL' ? from >= limitPrice : from <= limitPrice;
    if (!isReached || isGapped) return undefined;
    return this.#resting.find(
      ({ order, remaining }) =>
        remaining > 0 &&
        order.ocoGroup === ocoGroup &&
        order.triggerPrice !== null &&
        triggerPriceOn(order.side, order.triggerPrice, from, order.side === 'SELL' ? low : high) !== undefined,
    );
  }

  #fill(resting: RestingOrder, price: Rupees, time: EpochMs): void {
    const quantity = Math.min(resting.remaining, this.#budget);
    if (quantity <= 0) return;
    this.#budget -= quantity;
    resting.remaining -= quantity;
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
    if (order.ocoGroup !== null) this.#reduceOthers(resting, quantity, time);
  }

  #reduceOthers(filled: RestingOrder, quantity: number, time: EpochMs): void {
    for (const other of this.#resting) {
      if (other === filled || other.remaining === 0 || other.order.ocoGroup !== filled.order.ocoGroup) continue;
      if (other.remaining > quantity) other.remaining -= quantity;
      else this.#cancelResting(other, time, 'The other order of the pair was filled');
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

  #at(time: EpochMs): EpochMs {
    return Number.isFinite(time) ? time : this.#lastTime;
  }

  #sessionAt(time: EpochMs): MarketSession | null {
    const day = dayOf(time);
    if (day !== this.#sessionDay) {
      this.#sessionDay = day;
      this.#session = this.#calendar.sessionOn(this.#instrument, day);
    }
    return this.#session;
  }

  /** The session that has ended by `time` and in which orders could have been working. */
  #lastSessionBefore(time: EpochMs): MarketSession | null {
    const session = this.#sessionAt(time);
    if (session && session.close <= time) return session;
    const before = this.#calendar.sessionOn(this.#instrument, dayOf(this.#lastTime));
    return before && before.close <= time && startOfDay(before.day) <= this.#lastTime ? before : null;
  }
}
