/**
 * The books: positions per strategy and instrument, the account as risk sees it, closed trades' results of the day.
 * Everything here follows from fills and prices; nothing is set from outside.
 */
import type { EquityMarks } from '../../core/equity-marks.ts';
import type { Fill } from '../../core/fill.ts';
import type { InstrumentId, StrategyId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Paise } from '../../core/money.ts';
import type { Order, ProductType } from '../../core/order.ts';
import { type DayNumber, dayOf, type EpochMs } from '../../core/time.ts';
import type { ExitReason, Trade } from '../../core/trade.ts';
import type { ChargeModel } from '../../ports/charge-model.ts';
import type { LastPrices } from './last-prices.ts';
import { OpenPosition } from './open-position.ts';

export interface Booking {
  readonly chargesPaise: Paise;
  readonly position: OpenPosition;
  readonly trade: Trade | null;
}

export class Portfolio {
  readonly capitalPaise: Paise;
  readonly #charges: ChargeModel;
  readonly #prices: LastPrices;
  readonly #positions = new Map<StrategyId, Map<InstrumentId, OpenPosition>>();
  #open = new Set<OpenPosition>();
  readonly #debited = new Map<InstrumentId, DayNumber>();
  #closedNetPaise = 0;
  #peakEquityPaise: Paise;
  #dayStartEquityPaise: Paise;
  #losingStreak = 0;
  #day: DayNumber = Number.NaN;
  /** Of an earlier run. */
  #recalled: EquityMarks | undefined;

  constructor(capitalPaise: Paise, charges: ChargeModel, prices: LastPrices) {
    this.capitalPaise = capitalPaise;
    this.#charges = charges;
    this.#prices = prices;
    this.#peakEquityPaise = capitalPaise;
    this.#dayStartEquityPaise = capitalPaise;
  }

  position(strategyId: StrategyId, instrumentId: InstrumentId, product: ProductType): OpenPosition {
    let byInstrument = this.#positions.get(strategyId);
    if (!byInstrument) {
      byInstrument = new Map();
      this.#positions.set(strategyId, byInstrument);
    }
    let position = byInstrument.get(instrumentId);
    if (!position) {
      position = new OpenPosition(strategyId, instrumentId, product);
      byInstrument.set(instrumentId, position);
    }
    return position;
  }

  /** Every position there has been, flat ones too. */
  *all(): Iterable<OpenPosition> {
    for (const byInstrument of this.#positions.values()) yield* byInstrument.values();
  }

  /** Positions that are not flat, in the order they were opened. */
  get open(): ReadonlySet<OpenPosition> {
    return this.#open;
  }

  book(fill: Fill, order: Order, instrument: Instrument, exitReason: ExitReason): Booking {
    const position = this.position(order.strategyId, order.instrumentId, order.product);
    const exactCharges = this.#charges.totalOf({
      instrument,
      product: order.product,
      side: fill.side,
      price: fill.price,
      quantity: fill.quantity,
      time: fill.time,
      orderTurnoverBefore: (order.averagePrice ?? 0) * order.filledQuantity,
      isFirstDebitOfDay: this.#isFirstDebit(fill, order),
    });
    const { chargesPaise, trade } = position.apply(fill, order.signalKey, exitReason, exactCharges);
    if (trade) this.#open.delete(position);
    // A fill that closes a trade may open the next one.
    if (position.quantity !== 0) this.#open.add(position);
    if (trade) {
      this.#closedNetPaise += trade.netPaise;
      this.#losingStreak = trade.netPaise < 0 ? this.#losingStreak + 1 : 0;
      this.#peakEquityPaise = Math.max(this.#peakEquityPaise, this.equityPaise);
    }
    return { chargesPaise, position, trade };
  }

  get equityPaise(): Paise {
    let equity = this.capitalPaise + this.#closedNetPaise;
    for (const position of this.#open) {
      const price = this.#prices.of(position.instrumentId) ?? position.averagePrice;
      equity += position.realisedPaise - position.chargesPaise + position.unrealisedPaise(price);
    }
    return equity;
  }

  get peakEquityPaise(): Paise {
    this.#peakEquityPaise = Math.max(this.#peakEquityPaise, this.equityPaise);
    return this.#peakEquityPaise;
  }

  get dayPaise(): Paise {
    return this.equityPaise - this.#dayStartEquityPaise;
  }

  /** As they stand; looking at them changes nothing. */
  get marks(): EquityMarks {
    const [peakEquityPaise, dayStartEquityPaise] = [this.#peakEquityPaise, this.#dayStartEquityPaise];
    return { peakEquityPaise, dayStartEquityPaise, day: this.#day };
  }

  /** Made or lost in earlier runs, outside of the positions here. */
  recallResult(resultPaise: Paise): void {
    this.#closedNetPaise += resultPaise;
  }

  recallMarks(marks: EquityMarks): void {
    this.#recalled = marks;
    this.#peakEquityPaise = Math.max(this.#peakEquityPaise, marks.peakEquityPaise);
    if (marks.day === this.#day) this.#dayStartEquityPaise = marks.dayStartEquityPaise;
  }

  get losingStreak(): number {
    return this.#losingStreak;
  }

  accountQuantity(instrumentId: InstrumentId): number {
    let quantity = 0;
    for (const position of this.#open) if (position.instrumentId === instrumentId) quantity += position.quantity;
    return quantity;
  }

  startDay(now: EpochMs): void {
    // As the order desk does: a set that lives for ever drags its former tables along.
    this.#open = new Set(this.#open);
    this.#day = dayOf(now);
    // A day that an earlier run began is not begun anew.
    const recalled = this.#recalled?.day === this.#day ? this.#recalled.dayStartEquityPaise : undefined;
    this.#dayStartEquityPaise = recalled ?? this.equityPaise;
    this.#losingStreak = 0;
  }

  #isFirstDebit(fill: Fill, order: Order): boolean {
    if (order.product !== 'DELIVERY' || fill.side !== 'SELL') return false;
    const day = dayOf(fill.time);
    if (this.#debited.get(fill.instrumentId) === day) return false;
    this.#debited.set(fill.instrumentId, day);
    return true;
  }
}
