/** Between asking and sending there are two round trips to the database, one beside the other. */
const FRESH_MS = 20;

/**
 * Whether this process still is the one that trades the account. It is asked while the call is being counted, which costs
 * no time, and asked again right before the call goes out when that took long, or the process or the machine slept.
 */
export class WriteProof {
  readonly #ask: () => Promise<boolean>;
  readonly #isOurs: Promise<boolean>;
  readonly #ticks = performance.now();
  /** The other clock stands while the machine sleeps. */
  readonly #time = Date.now();

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
    this.#isOurs = ask().catch(() => false);
  }

  /** To be asked right before the call is sent. */
  async holds(): Promise<boolean> {
    const isOurs = await this.#isOurs;
    const ageMs = Math.max(performance.now() - this.#ticks, Math.abs(Date.now() - this.#time));
    return ageMs <= FRESH_MS ? isOurs : this.#ask();
  }
}
