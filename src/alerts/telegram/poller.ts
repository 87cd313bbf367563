/**
 * Listens to a bot by long polling (https://core.telegram.org/bots/api#getupdates). Entry points: `catchUp` for what was
 * written while nobody listened, then `listen`.
 *
 * Invariants: updates are taken one at a time, in their order, and each is confirmed after it was taken, so that a crash in
 * between brings that one again; one that fails holds up no other; nothing but `signal` ends the listening, and what keeps
 * it from hearing is told once until it hears again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { updatesSchema } from './read-update.ts';
import type { TelegramApi } from './telegram-api.ts';

export interface PollerOptions {
  readonly api: Pick<TelegramApi, 'call'>;
  readonly take: (update: unknown) => Promise<void>;
  /** A person should know: another program listens to the bot, the token is not taken, Telegram is away. */
  readonly onTrouble: (text: string) => void;
  /** An update that could not be taken. */
  readonly onFailure: (error: unknown) => void;
  readonly clock: Pick<Clock, 'now'>;
}

const POLL_SECONDS = 25;
const POLL_PATIENCE_MS = 40_000;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A lost connection or two are everyday. */
const FAILURES_UNTIL_TOLD = 3;

export class Poller {
  readonly #options: PollerOptions;
  #offset = 0;
  #failures = 0;
  #told: string | null = null;
  #heardTime: EpochMs | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** When Telegram last answered; null when it never has. */
  get heardTime(): EpochMs | null {
    return this.#heardTime;
  }

  /** Resolves when nothing is waiting any more, Telegram does not say, or `signal` aborts. */
  async catchUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const count = await this.#poll(0, POLL_PATIENCE_MS, signal);
      if (count === 0 || count === null) return;
    }
  }

  /** Resolves when `signal` aborts. */
  async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const count = await this.#poll(POLL_SECONDS, POLL_PATIENCE_MS, signal);
      if (count === null) await sleep(this.#waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** How many there were; null when they could not be had. */
  async #poll(seconds: number, ms: number, signal: AbortSignal): Promise<number | null> {
    const outcome = await this.#options.api.call(
      'getUpdates',
      { offset: this.#offset, timeout: seconds, allowed_updates: ['message', 'callback_query'] },
      updatesSchema,
      { ms, signal },
    );
    if (signal.aborted && outcome.kind !== 'done') return null;
    switch (outcome.kind) {
      case 'done':
        this.#onHeard();
        for (const update of outcome.value) await this.#take(update);
        return outcome.value.length;
      case 'throttled':
        await sleep(outcome.retryAfterMs, undefined, { signal }).catch(() => undefined);
        return null;
      case 'refused':
        this.#tell(
          outcome.code === '409'
            ? 'Another program listens to the same bot, so commands by Telegram do not get here: end it, or give each its own bot'
            : `Telegram refuses to tell what is written to the bot: ${outcome.reason}`,
        );
        break;
      case 'session':
        this.#tell(`${outcome.reason}: commands by Telegram do not get here`);
        break;
      case 'transient':
      case 'unknown':
        if (this.#failures + 1 >= FAILURES_UNTIL_TOLD) this.#tell('Telegram can not be reached: it is tried again');
        break;
    }
    this.#failures += 1;
    return null;
  }

  async #take(update: { readonly update_id: number }): Promise<void> {
    try {
      await this.#options.take(update);
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.#offset = update.update_id + 1;
  }

  #onHeard(): void {
    this.#heardTime = this.#options.clock.now();
    this.#failures = 0;
    this.#told = null;
  }

  #tell(text: string): void {
    if (text === this.#told) return;
    this.#told = text;
    this.#options.onTrouble(text);
  }

  get #waitMs(): number {
    return this.#failures === 0 ? 0 : Math.min(SHORTEST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
  }
}
