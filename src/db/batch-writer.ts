import { HighWater } from '../core/high-water.ts';

/**
 * Collects values and writes them together, by number or by age, so that a burst costs one round trip.
 * Invariants: of values with one key only the latest is written; batches are written one at a time and in order; a batch
 * that could not be written stays and is tried again; a value that is refused for itself is reported and dropped, and
 * holds up no other; when more wait than `maxWaiting`, the oldest are given up, and that is reported.
 */
export interface BatchLimits {
  /** A batch is written when it has grown to this number… */
  readonly maxValues?: number;
  /** …or when its first value has waited so long. */
  readonly maxDelayMs?: number;
  /** What is kept while nothing can be written. */
  readonly maxWaiting?: number;
}

export interface BatchWriterOptions<Value> extends BatchLimits {
  readonly keyOf: (value: Value) => string;
  /** All or nothing. */
  readonly write: (values: readonly Value[]) => Promise<void>;
  readonly isRefused: (error: unknown) => boolean;
  /** Told of a write in the background that failed (once until one succeeds), of values refused and given up. */
  readonly onError: (error: unknown) => void;
}

const MAX_VALUES = 2_000;
const MAX_DELAY_MS = 250;
/** More candles than a thousand instruments have in an hour. */
const MAX_WAITING = 200_000;

export class BatchWriter<Value> {
  readonly #options: BatchWriterOptions<Value>;
  readonly #maxValues: number;
  readonly #maxDelayMs: number;
  readonly #maxWaiting: number;
  /** Of the batch that is being written. */
  #inHand = 0;
  readonly #highWater = new HighWater();
  #isFailing = false;
  #isFull = false;
  #waiting = new Map<string, Value>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: BatchWriterOptions<Value>) {
    this.#options = options;
    this.#maxValues = options.maxValues ?? MAX_VALUES;
    this.#maxDelayMs = options.maxDelayMs ?? MAX_DELAY_MS;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
  }

  /** The most that has waited since the last time this was asked. */
  takeHighWater(): number {
    return this.#highWater.take(this.#unwritten);
  }

  get #unwritten(): number {
    return this.#waiting.size + this.#inHand;
  }

  /** Resolves at once while there is room; a full batch is waited for, so that a fast source slows down. */
  async add(values: readonly Value[]): Promise<void> {
    for (const value of values) this.#waiting.set(this.#options.keyOf(value), value);
    this.#giveUpOldest();
    this.#highWater.rise(this.#unwritten);
    if (this.#waiting.size >= this.#maxValues) return this.flush();
    if (this.#waiting.size > 0) this.#startTimer();
  }

  /** Resolves when everything added so far is written; rejects when it could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.catch(() => {}).then(() => this.#writeWaiting());
    return this.#writing;
  }

  #startTimer(): void {
    this.#timer ??= setTimeout(() => void this.#flushBehind(), this.#maxDelayMs);
  }

  async #flushBehind(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      if (!this.#isFailing) this.#options.onError(error);
      this.#isFailing = true;
    }
  }

  #giveUpOldest(): void {
    const excess = this.#waiting.size - this.#maxWaiting;
    if (excess <= 0) return;
    for (const key of [...this.#waiting.keys()].slice(0, excess)) this.#waiting.delete(key);
    if (!this.#isFull)
      this.#options.onError(new Error(`More than ${this.#maxWaiting} values wait: the oldest are lost`));
    this.#isFull = true;
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.size > 0) {
      const entries = [...this.#waiting].slice(0, this.#maxValues);
      for (const [key] of entries) this.#waiting.delete(key);
      this.#inHand = entries.length;
      try {
        await this.#writeOrSplit(entries.map(([, value]) => value));
        this.#isFailing = false;
        this.#isFull = false;
      } catch (error) {
        this.#putBack(entries);
        throw error;
      } finally {
        this.#inHand = 0;
      }
    }
  }

  /** Halves a refused batch until the refused value is alone. */
  async #writeOrSplit(values: readonly Value[]): Promise<void> {
    try {
      await this.#options.write(values);
    } catch (error) {
      if (!this.#options.isRefused(error)) throw error;
      if (values.length === 1) return this.#options.onError(error);
      const middle = values.length >> 1;
      await this.#writeOrSplit(values.slice(0, middle));
      await this.#writeOrSplit(values.slice(middle));
    }
  }

  /** A value that came meanwhile is newer than the one that could not be written. */
  #putBack(entries: readonly (readonly [string, Value])[]): void {
    const failed = entries.filter(([key]) => !this.#waiting.has(key));
    this.#waiting = new Map([...failed, ...this.#waiting]);
    this.#startTimer();
  }
}
