import type { InstrumentId } from '../../core/ids.ts';
import type { Rupees } from '../../core/money.ts';

/** The latest traded price of each instrument, as ticks or candles brought it. */
export class LastPrices {
  readonly #prices = new Map<InstrumentId, { price: Rupees }>();

  /** A slot that its owner may write without another look-up. */
  slot(instrumentId: InstrumentId): { price: Rupees } {
    let slot = this.#prices.get(instrumentId);
    if (!slot) {
      slot = { price: Number.NaN };
      this.#prices.set(instrumentId, slot);
    }
    return slot;
  }

  /** Undefined before the first trade. */
  of(instrumentId: InstrumentId): Rupees | undefined {
    const price = this.#prices.get(instrumentId)?.price;
    return price === undefined || Number.isNaN(price) ? undefined : price;
  }
}
