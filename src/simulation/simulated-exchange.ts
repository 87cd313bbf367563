/**
 * The exchange of backtests, paper trading and the protocol simulators.
 *
 * Invariants: nothing fills on the event that caused it (orders, changes and cancels handed in take effect from the next price on);
 * orders are taken in the order of their time and sequence, whatever order they arrived in; of a stop and a target that
 * both lie inside the rest of one candle the stop is taken; all that happens is told to `report`, in order.
 *
 * A candle is walked as open -> nearer extreme -> other extreme -> close. `settle` is called after each of these steps so
 * that orders caused by one step can take part in the next.
 */
import type { Candle } from '../core/candle.ts';
import { InvariantError } from '../core/errors.ts';
import type { BrokerOrderId, InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import type { Rupees } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';
import { candleEnd } from '../core/timeframe.ts';
import type { OrderChange } from '../ports/broker.ts';
import type { ExchangeEvent } from './exchange-event.ts';
import type { FillRules } from './fill-model.ts';
import { InstrumentBook } from './instrument-book.ts';

export interface ExchangeOptions {
  readonly instruments: readonly Instrument[];
  readonly calendar: MarketCalendar;
  readonly rules: FillRules;
  readonly report: (event: ExchangeEvent) => void;
  readonly settle: () => void;
}

export class SimulatedExchange {
  readonly #books = new Map<InstrumentId, InstrumentBook>();
  readonly #settle: () => void;
  readonly #latencyMs: number;

  constructor(options: ExchangeOptions) {
    this.#settle = options.settle;
    this.#latencyMs = options.rules.latencyMs;
    for (const instrument of options.instruments) {
      const book = new InstrumentBook(instrument, options.calendar, options.rules, options.report);
      this.#books.set(instrument.id, book);
    }
  }

  /** Takes an order in; whether it is accepted is reported at the instrument's next price. */
  submit(order: Order, time: EpochMs): BrokerOrderId {
    this.#book(order.instrumentId).submit(order, Math.max(time + this.#latencyMs, order.notBefore));
    return `SIM-${order.clientOrderId}` as BrokerOrderId;
  }

  cancel(order: Order, time: EpochMs): void {
    this.#book(order.instrumentId).cancel(order.clientOrderId, time + this.#latencyMs);
  }

  /** Why the order can not be changed so, or undefined. Takes effect as a cancel does: a fill that comes first wins. */
  modify(order: Order, change: OrderChange, time: EpochMs): string | undefined {
    return this.#book(order.instrumentId).modify(order.clientOrderId, change, time + this.#latencyMs);
  }

  lists(id: InstrumentId): boolean {
    return this.#books.has(id);
  }

  /** The order is here and may still change. */
  isWorking({ instrumentId, clientOrderId }: Pick<Order, 'instrumentId' | 'clientOrderId'>): boolean {
    return this.#books.get(instrumentId)?.working(clientOrderId) !== undefined;
  }

  onTick(tick: Tick): void {
    const book = this.#books.get(tick.instrumentId);
    if (!book || !(tick.lastPrice > 0)) return;
    book.meet(tick.lastPrice, tick.time);
    const tradedVolume = book.tradedSince(tick);
    if (book.isIdle || !book.isTrading(tick.time)) {
      book.see(tick.lastPrice, tick.time);
      return;
    }
    book.begin(tradedVolume);
    book.step(tick.lastPrice, tick.lastPrice, tick.time, true);
    book.see(tick.lastPrice, tick.time);
    this.#settle();
  }

  onCandle(candle: Candle): void {
    const book = this.#books.get(candle.instrumentId);
    if (!book) return;
    book.meet(candle.open, candle.openTime);
    if (!book.isUntouchedBy(candle.high, candle.low)) this.#walk(book, candle);
    book.see(candle.close, candle.openTime, candle.timeframe);
  }

  /** The clock has reached `time`: orders of the day that are still working after the close expire. */
  advance(time: EpochMs): void {
    for (const book of this.#books.values()) if (!book.isIdle) book.expire(time);
    this.#settle();
  }

  /** The data has ended: market orders are done at the last price seen. */
  closeOut(): void {
    for (let fills = Number.NaN; fills !== 0; ) {
      fills = 0;
      for (const book of this.#books.values()) if (!book.isIdle) fills += book.closeOut();
      // What these fills caused is done in the next round.
      this.#settle();
    }
  }

  #walk(book: InstrumentBook, candle: Candle): void {
    const { open, high, low, close, openTime } = candle;
    const end = candleEnd(openTime, candle.timeframe, book.sessionClose);
    const third = Math.floor((end - openTime) / 3);
    const isHighNearer = high - open < open - low;
    const [first, second] = isHighNearer ? [high, low] : [low, high];
    book.begin(candle.volume === 0 ? null : candle.volume);
    this.#step(book, open, open, openTime, true, high, low);
    this.#step(book, open, first, openTime + third, false, high, low);
    const [restHigh, restLow] = isHighNearer ? [Math.max(close, first), low] : [high, Math.min(close, first)];
    this.#step(book, first, second, openTime + 2 * third, false, restHigh, restLow);
    this.#step(book, second, close, end - 1, true, Math.max(second, close), Math.min(second, close));
  }

  #step(
    book: InstrumentBook,
    from: Rupees,
    to: Rupees,
    time: EpochMs,
    fillsMarket: boolean,
    high: Rupees,
    low: Rupees,
  ): void {
    if (book.isUntouchedBy(high, low)) return;
    book.step(from, to, time, fillsMarket, high, low);
    this.#settle();
  }

  #book(id: InstrumentId): InstrumentBook {
    const book = this.#books.get(id);
    if (!book) throw new InvariantError(`The simulated exchange does not list "${id}"`);
    return book;
  }
}
