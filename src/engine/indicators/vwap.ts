import type { Candle } from '../../core/candle.ts';
import type { Rupees } from '../../core/money.ts';
import { type DayNumber, dayOf } from '../../core/time.ts';
import type { Indicator } from './indicator.ts';
import { typicalPrice } from './price-source.ts';

/**
 * Volume-weighted average price of the day so far: sum of typical price * volume over sum of volume, where the typical price
 * is (high + low + close) / 3. Starts afresh with the first candle of each IST day and has a value from candle 1 on.
 * While the day has had no volume (an index never has any) the value is the latest typical price.
 */
export class Vwap implements Indicator<Rupees> {
  readonly warmUp = 1;
  #day: DayNumber | undefined;
  #turnover = 0;
  #volume = 0;
  #value: Rupees | undefined;

  get value(): Rupees | undefined {
    return this.#value;
  }

  update(candle: Candle): void {
    const day = dayOf(candle.openTime);
    if (day !== this.#day) {
      this.#day = day;
      this.#turnover = 0;
      this.#volume = 0;
    }
    const price = typicalPrice(candle);
    this.#turnover += price * candle.volume;
    this.#volume += candle.volume;
    this.#value = this.#volume > 0 ? this.#turnover / this.#volume : price;
  }
}
