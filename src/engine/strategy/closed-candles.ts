import type { Candle } from '../../core/candle.ts';
import type { CandleSeries } from './strategy.ts';

/** A ring of the latest closed candles: appending never moves or copies the ones it keeps. */
export class ClosedCandles implements CandleSeries {
  readonly #ring: (Candle | undefined)[];
  #next = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#ring = new Array<Candle | undefined>(capacity);
  }

  get length(): number {
    return this.#length;
  }

  append(candle: Candle): void {
    this.#ring[this.#next] = candle;
    this.#next = this.#next + 1 === this.#ring.length ? 0 : this.#next + 1;
    if (this.#length < this.#ring.length) this.#length += 1;
  }

  back(offset: number): Candle | undefined {
    if (offset < 0 || offset >= this.#length) return undefined;
    const at = this.#next - 1 - offset;
    return this.#ring[at < 0 ? at + this.#ring.length : at];
  }
}
