import type { Rupees } from '../../core/money.ts';
import type { EpochMs } from '../../core/time.ts';

/** So many refused prices in a row, with none taken between, and the first price of the day was the wrong one. */
const BELIEVED_AFTER = 5;

/** Refuses a price too far from the day's first one. */
export class PriceJumps {
  #percent: number | null = null;
  #lowest: Rupees = Number.NEGATIVE_INFINITY;
  #highest: Rupees = Number.POSITIVE_INFINITY;
  #hasReference = false;
  #inARow = 0;
  #newestTaken: EpochMs = Number.NEGATIVE_INFINITY;

  /** null switches the check off. */
  limit(percent: number | null): void {
    this.#percent = percent;
    this.startDay();
  }

  startDay(): void {
    this.#lowest = Number.NEGATIVE_INFINITY;
    this.#highest = Number.POSITIVE_INFINITY;
    this.#hasReference = this.#percent === null;
    this.#inARow = 0;
    this.#newestTaken = Number.NEGATIVE_INFINITY;
  }

  /** `newestTaken`: exchange time of the newest tick that was taken; tells whether refusals follow each other. */
  isBeyond(price: Rupees, newestTaken: EpochMs): boolean {
    if (this.#hasReference && price >= this.#lowest && price <= this.#highest) return false;
    if (!this.#hasReference) {
      this.#refer(price);
      return false;
    }
    if (newestTaken !== this.#newestTaken) this.#inARow = 0;
    this.#newestTaken = newestTaken;
    this.#inARow++;
    if (this.#inARow < BELIEVED_AFTER) return true;
    this.#refer(price);
    return false;
  }

  #refer(price: Rupees): void {
    const percent = this.#percent ?? Number.POSITIVE_INFINITY;
    this.#lowest = price * (1 - percent / 100);
    this.#highest = price * (1 + percent / 100);
    this.#hasReference = true;
    this.#inARow = 0;
  }
}
