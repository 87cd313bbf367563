import { type EpochMs, MINUTE_MS, SECOND_MS } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Hours } from './market-hours.ts';
import type { ReconcileReason, Reconciler } from './reconciler.ts';

export interface ReconcileTimesOptions {
  readonly reconciler: Pick<Reconciler, 'reconcile'>;
  /** Of the day of a time; null when no market opens. */
  readonly hoursOf: (time: EpochMs) => Hours | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A person should know that the books could not be compared. */
  readonly onTrouble: (text: string) => void;
}

const EVERY_MS = 5 * MINUTE_MS;
/** After the last close, once: what the day leaves. */
const SETTLE_MS = 10 * MINUTE_MS;
const ATTEMPTS_AT_START = 5;
const PAUSE_MS = 3 * SECOND_MS;

/**
 * When our books are held against the broker's: before the first price, whenever the order stream is back, every few minutes
 * while a market is open, and after the last has closed.
 */
export class ReconcileTimes {
  readonly #options: ReconcileTimesOptions;
  #isVain = false;

  constructor(options: ReconcileTimesOptions) {
    this.#options = options;
  }

  /** Resolves when the books have been compared, or could not be after some tries. */
  async start(): Promise<void> {
    const { clock, signal, onTrouble } = this.#options;
    for (let attempt = 1; attempt <= ATTEMPTS_AT_START && !signal.aborted; attempt += 1) {
      if (await this.#look('start')) return;
      await clock.sleepUntil(clock.now() + attempt * PAUSE_MS, signal);
    }
    if (!signal.aborted)
      onTrouble("The broker's books could not be compared with ours at the start; they are looked at again");
  }

  /** Resolves when `signal` aborts. */
  async keep(): Promise<void> {
    const { clock, signal, hoursOf } = this.#options;
    while (!signal.aborted) {
      await clock.sleepUntil(clock.now() + EVERY_MS, signal);
      if (signal.aborted) return;
      const now = clock.now();
      const hours = hoursOf(now);
      if (hours === null || now < hours.open || now > hours.close + SETTLE_MS) continue;
      this.#tellVain(await this.#look(now > hours.close ? 'end of day' : 'periodic'));
    }
  }

  /** Now, for one who wants to know what came of it. */
  compare(reason: ReconcileReason): ReturnType<Reconciler['reconcile']> {
    return this.#options.reconciler.reconcile(reason);
  }

  /** What happened while the order stream was down is not repeated on it. */
  onLinkUp(): void {
    void this.#look('reconnect');
  }

  async #look(reason: ReconcileReason): Promise<boolean> {
    try {
      const outcome = await this.#options.reconciler.reconcile(reason);
      return outcome.kind === 'done' && outcome.value.isConclusive;
    } catch {
      // The database is away: the next look tells.
      return false;
    }
  }

  /** Once for as long as it lasts. */
  #tellVain(isCompared: boolean): void {
    if (!isCompared && !this.#isVain) {
      this.#options.onTrouble("The broker's books can not be compared with ours at present; they are looked at again");
    }
    this.#isVain = !isCompared;
  }
}
