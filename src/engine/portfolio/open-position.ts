/**
 * A position as a fold over fills: from flat through any number of fills back to flat, where it becomes a `Trade`.
 *
 * Invariants: the booked charges of a trade's fills add up to the rounded exact charges of the trade, so fills, trades
 * and totals never differ by a paisa; gross is rounded once per trade, from exact turnover.
 */
import { InvariantError } from '../../core/errors.ts';
import type { Fill } from '../../core/fill.ts';
import type { InstrumentId, SignalKey, StrategyId } from '../../core/ids.ts';
import { type Paise, type Rupees, roundPrice } from '../../core/money.ts';
import type { ProductType } from '../../core/order.ts';
import type { Position } from '../../core/position.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ExitReason, Trade } from '../../core/trade.ts';

export class OpenPosition {
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly product: ProductType;
  #quantity = 0;
  #signalKey: SignalKey | null = null;
  #openedTime: EpochMs | null = null;
  #entryQuantity = 0;
  #entryTurnover = 0;
  #exitQuantity = 0;
  #exitTurnover = 0;
  /** What the open units cost, at the mean price: a sale takes its share away and leaves the mean as it is. */
  #openCost = 0;
  #exactCharges = 0;
  #bookedCharges = 0;
  #snapshot: Position | null = null;

  constructor(strategyId: StrategyId, instrumentId: InstrumentId, product: ProductType) {
    this.strategyId = strategyId;
    this.instrumentId = instrumentId;
    this.product = product;
  }

  get quantity(): number {
    return this.#quantity;
  }

  /** The signal that opened it; null when flat. */
  get signalKey(): SignalKey | null {
    return this.#signalKey;
  }

  get averagePrice(): Rupees {
    return this.#quantity === 0 ? 0 : this.#openCost / Math.abs(this.#quantity);
  }

  /** Gross of what has been closed since it was last flat. */
  get realisedPaise(): Paise {
    const closed = this.#exitTurnover - (this.#entryTurnover - this.#openCost);
    return Math.round((this.#quantity >= 0 ? closed : -closed) * 100) + 0;
  }

  get chargesPaise(): Paise {
    return this.#bookedCharges;
  }

  unrealisedPaise(lastPrice: Rupees): Paise {
    return Math.round((lastPrice - this.averagePrice) * this.#quantity * 100);
  }

  /**
   * Applies a fill that opens, adds, reduces or closes. One that turns a long into a short (or back) closes the trade
   * and opens the next with what is left; charges are shared by quantity.
   */
  apply(
    fill: Fill,
    signalKey: SignalKey,
    exitReason: ExitReason,
    exactCharges: number,
  ): { chargesPaise: Paise; trade: Trade | null } {
    this.#snapshot = null;
    const signed = fill.side === 'BUY' ? fill.quantity : -fill.quantity;
    const isOpening = this.#quantity === 0 || Math.sign(signed) === Math.sign(this.#quantity);
    if (isOpening) {
      this.#open(fill, fill.quantity, signalKey);
      this.#quantity += signed;
      return { chargesPaise: this.#book(exactCharges), trade: null };
    }
    const closing = Math.min(fill.quantity, Math.abs(this.#quantity));
    const closingCharges = (exactCharges * closing) / fill.quantity;
    let chargesPaise = this.#book(closingCharges);
    const wasLong = this.#quantity > 0;
    this.#openCost -= this.averagePrice * closing;
    this.#exitQuantity += closing;
    this.#exitTurnover += fill.price * closing;
    this.#quantity += Math.sign(signed) * closing;
    const trade = this.#quantity === 0 ? this.#close(wasLong, fill.time, exitReason) : null;
    const opening = fill.quantity - closing;
    if (opening > 0) {
      this.#open(fill, opening, signalKey);
      this.#quantity = Math.sign(signed) * opening;
      chargesPaise += this.#book(exactCharges - closingCharges);
    }
    return { chargesPaise, trade };
  }

  position(): Position {
    this.#snapshot ??= {
      strategyId: this.strategyId,
      instrumentId: this.instrumentId,
      product: this.product,
      quantity: this.#quantity,
      averagePrice: roundPrice(this.averagePrice),
      openedTime: this.#openedTime,
      realisedPaise: this.realisedPaise,
      chargesPaise: this.#bookedCharges,
    };
    return this.#snapshot;
  }

  #open(fill: Fill, quantity: number, signalKey: SignalKey): void {
    if (this.#quantity === 0) {
      this.#signalKey = signalKey;
      this.#openedTime = fill.time;
    }
    this.#entryQuantity += quantity;
    this.#entryTurnover += fill.price * quantity;
    this.#openCost += fill.price * quantity;
  }

  #book(exactCharges: number): Paise {
    this.#exactCharges += exactCharges;
    const booked = Math.round(this.#exactCharges) - this.#bookedCharges;
    this.#bookedCharges += booked;
    return booked;
  }

  #close(wasLong: boolean, exitTime: EpochMs, exitReason: ExitReason): Trade {
    if (this.#signalKey === null || this.#openedTime === null) {
      throw new InvariantError(`A position in ${this.instrumentId} closed that no signal opened`);
    }
    const gain = wasLong ? this.#exitTurnover - this.#entryTurnover : this.#entryTurnover - this.#exitTurnover;
    const grossPaise = Math.round(gain * 100) + 0;
    const trade: Trade = {
      strategyId: this.strategyId,
      instrumentId: this.instrumentId,
      signalKey: this.#signalKey,
      side: wasLong ? 'LONG' : 'SHORT',
      quantity: this.#entryQuantity,
      entryTime: this.#openedTime,
      entryPrice: roundPrice(this.#entryTurnover / this.#entryQuantity),
      exitTime,
      exitPrice: roundPrice(this.#exitTurnover / this.#exitQuantity),
      exitReason,
      grossPaise,
      chargesPaise: this.#bookedCharges,
      netPaise: grossPaise - this.#bookedCharges,
    };
    this.#signalKey = null;
    this.#openedTime = null;
    this.#entryQuantity = 0;
    this.#entryTurnover = 0;
    this.#exitQuantity = 0;
    this.#exitTurnover = 0;
    this.#openCost = 0;
    this.#exactCharges = 0;
    this.#bookedCharges = 0;
    return trade;
  }
}
