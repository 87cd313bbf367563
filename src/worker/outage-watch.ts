import { UnavailableError } from '../core/errors.ts';
import type { PostgresCandleStore } from '../db/postgres-candle-store.ts';
import type { Logger } from '../logging/logger.ts';
import type { MarketQueue } from './market-queue.ts';
import { type TelegramSetup, tellAtOnce } from './open-telegram.ts';

export interface OutageWatchOptions {
  readonly telegram: TelegramSetup | null;
  readonly log: Logger;
  /** Brings the database back when it is ours and is gone. */
  readonly revive: () => Promise<void>;
  /** The worker is to stop. */
  readonly signal: AbortSignal;
}

export interface OutageListener {
  onAway(): void;
  /** How long nothing was heard of the database. */
  onBack(seconds: number): void;
}

/** A connection that breaks and is there again is not worth a person's time. */
const TOLD_AFTER_MS = 2_000;

const REVIVE_EVERY_MS = 2_000;
/** A stop waits no longer for a database that is away. */
const STOP_PATIENCE_MS = 2_000;

const VAIN =
  'Stopped while the database was away: what was decided meanwhile was not sent and is in no book; the next start takes up what the broker knows';

/** What a day says of an outage, and what has waited meanwhile. */
export function outageOf(
  queue: Pick<MarketQueue, 'takeHighWater'>,
  candles: Pick<PostgresCandleStore, 'takeHighWater'>,
  tell: (text: string) => void,
): OutageListener {
  return {
    onAway() {
      queue.takeHighWater();
      candles.takeHighWater();
    },
    onBack(seconds) {
      const waited = `${queue.takeHighWater()} prices and updates and ${candles.takeHighWater()} candles waited`;
      tell(
        `The database was away for ${seconds} s, and nothing was sent. ${waited}; all are taken now, and entries whose time has passed are not sent`,
      );
    },
  };
}

/** Says that the database is away by ways that do not need it, and hands on that it is back. */
export class OutageWatch {
  /** The day that is traded: hears of the beginning at once, and of the end of what was told. */
  listener: OutageListener | null = null;
  readonly #options: OutageWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #failure = '';
  #isAway = false;
  #isTold = false;
  readonly #vain = Promise.withResolvers<never>();

  constructor(options: OutageWatchOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#stopInVain(), { once: true });
  }

  /** Rejects when the worker is to stop and the database stays away: nothing can be finished then. */
  get stoppedInVain(): Promise<never> {
    return this.#vain.promise;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  away(): void {
    this.#isAway = true;
    this.#stopInVain();
    this.listener?.onAway();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), TOLD_AFTER_MS).unref();
  }

  back(awayMs: number): void {
    this.#isAway = false;
    clearTimeout(this.#timer);
    if (!this.#isTold) return;
    this.#isTold = false;
    this.listener?.onBack(Math.round(awayMs / 1_000));
  }

  #stopInVain(): void {
    if (!this.#isAway || !this.#options.signal.aborted) return;
    const end = (): void => {
      if (this.#isAway) this.#vain.reject(new UnavailableError(VAIN));
    };
    setTimeout(end, STOP_PATIENCE_MS).unref();
  }

  #tell(): void {
    const { telegram, log } = this.#options;
    this.#isTold = true;
    const text =
      'The database can not be reached: nothing is sent until it is back, and prices wait. What rests at the broker stays there.';
    log.error(text);
    if (telegram) void tellAtOnce(telegram, text, log);
    void this.#revive();
  }

  async #revive(): Promise<void> {
    const { revive, log } = this.#options;
    const failure = await revive().then(() => '', String);
    if (failure !== this.#failure && failure !== '') log.warn({ failure }, 'The database could not be started again');
    this.#failure = failure;
    if (this.#isAway) this.#timer = setTimeout(() => void this.#revive(), REVIVE_EVERY_MS).unref();
  }
}
