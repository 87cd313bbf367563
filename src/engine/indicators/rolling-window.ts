import { requirePeriod } from './period.ts';

/**
 * The latest `size` numbers, in a ring. Aggregates go over the whole window each time: windows are short, and nothing
 * drifts as a running sum does over millions of candles.
 */
export class RollingWindow {
  readonly size: number;
  readonly #values: Float64Array;
  #next = 0;
  #seen = 0;

  constructor(size: number, name = 'period') {
    this.size = requirePeriod(size, name);
    this.#values = new Float64Array(size);
  }

  get isFull(): boolean {
    return this.#seen === this.size;
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = this.#next + 1 === this.size ? 0 : this.#next + 1;
    if (this.#seen < this.size) this.#seen++;
  }

  /** Aggregates are asked of a full window only. */
  mean(): number {
    const values = this.#values;
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
    return sum / this.size;
  }

  /** Population standard deviation around the mean. */
  deviation(mean: number): number {
    const values = this.#values;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      const distance = (values[i] ?? 0) - mean;
      squares += distance * distance;
    }
    return Math.sqrt(squares / this.size);
  }

  highest(): number {
    const values = this.#values;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? highest;
      if (value > highest) highest = value;
    }
    return highest;
  }

  lowest(): number {
    const values = this.#values;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? lowest;
      if (value < lowest) lowest = value;
    }
    return lowest;
  }
}
