/**
 * Asks the broker what the account can pay and what an entry would tie up, before the first price and every few minutes
 * while a market is open, and hands the answers to the engine. Entry points: `start`, `keep`.
 *
 * Invariants: questions go in rounds that the budget holds; exits never wait for one, since their calls are of another
 * class; what could not be asked is left to the engine's own estimate, and a person is told once for as long as it lasts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EpochMs, MINUTE_MS } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FundsReported, UnitMargin } from '../../ports/engine-event.ts';
import type { MarginQuestion, MarginSource } from '../../ports/margin-source.ts';
import type { Outcome } from '../../ports/outcome.ts';
import type { Hours } from '../market-hours.ts';

export interface MarginKeeperOptions {
  readonly source: MarginSource;
  readonly questions: readonly MarginQuestion[];
  /** Of the day of a time; null when no market opens. */
  readonly hoursOf: (time: EpochMs) => Hours | null;
  readonly clock: Clock;
  readonly onReport: (report: FundsReported) => void;
  /** A person should know. */
  readonly onTrouble: (text: string) => void;
  readonly signal: AbortSignal;
}

const EVERY_MS = 3 * MINUTE_MS;
const BEFORE_OPEN_MS = 15 * MINUTE_MS;
/** Of 5,000 an hour that the broker answers: 20 rounds take 4,000. */
const MOST_A_ROUND = 200;
/** The first price does not wait longer for all margins; the funds it waits for. In real time. */
const START_PATIENCE_MS = 3_000;
const ROUNDS_TO_TROUBLE = 2;

export class MarginKeeper {
  readonly #options: MarginKeeperOptions;
  /** Those that are asked next come first. */
  #questions: readonly MarginQuestion[];
  readonly #refused = new Set<MarginQuestion>();
  #vainRounds = 0;
  #last: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(options: MarginKeeperOptions) {
    this.#options = options;
    this.#questions = options.questions;
  }

  /** Resolves when the engine has been told, or could not be in a while. */
  async start(): Promise<void> {
    const isDone = new AbortController();
    const late = sleep(START_PATIENCE_MS, undefined, { signal: isDone.signal }).catch(() => undefined);
    await Promise.race([this.#ask(), late]);
    isDone.abort();
  }

  /** Resolves when `signal` aborts. */
  async keep(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await clock.sleepUntil(Math.max(clock.now() + MINUTE_MS, this.#last + EVERY_MS), signal);
      if (!signal.aborted && this.#isTime(clock.now())) await this.#ask();
    }
  }

  #isTime(now: EpochMs): boolean {
    const hours = this.#options.hoursOf(now);
    return hours !== null && now >= hours.open - BEFORE_OPEN_MS && now < hours.close;
  }

  async #ask(): Promise<void> {
    const { source, clock, onReport, signal } = this.#options;
    const time = clock.now();
    this.#last = time;
    const funds = await asked(() => source.available());
    if (signal.aborted) return;
    if (funds.kind !== 'done') {
      this.#tellVain(funds);
      return;
    }
    this.#vainRounds = 0;
    const report = { type: 'fundsReported', availablePaise: funds.value, time } as const;
    onReport({ ...report, margins: [] });
    const margins = await this.#askMargins();
    if (margins.length > 0 && !signal.aborted) onReport({ ...report, margins });
  }

  async #askMargins(): Promise<readonly UnitMargin[]> {
    const { source, clock, signal, onTrouble } = this.#options;
    const open = this.#questions.filter((each) => !this.#refused.has(each));
    const round = open.slice(0, MOST_A_ROUND);
    this.#questions = [...open.slice(round.length), ...round];
    const refusals: string[] = [];
    const answers = await Promise.all(
      round.map(async (question): Promise<UnitMargin | null> => {
        const time = clock.now();
        const outcome = await asked(() => source.marginOf(question));
        const { quantity, ...exposure } = question;
        if (outcome.kind === 'done') return { ...exposure, paise: outcome.value / quantity, time };
        if (outcome.kind === 'refused') {
          // Asking again gives no other answer.
          this.#refused.add(question);
          const { instrumentId, side, product } = question;
          refusals.push(`${instrumentId} (${side.toLowerCase()}, ${product.toLowerCase()}): ${outcome.reason}`);
        }
        return null;
      }),
    );
    const [first] = refusals;
    if (first !== undefined && !signal.aborted) {
      const more = refusals.length === 1 ? '' : `, and ${refusals.length - 1} more`;
      onTrouble(`The broker does not tell the margin of ${first}${more}; our own estimate serves`);
    }
    return answers.filter((answer) => answer !== null);
  }

  #tellVain(outcome: Exclude<Outcome<unknown>, { kind: 'done' }>): void {
    this.#vainRounds += 1;
    if (this.#vainRounds !== ROUNDS_TO_TROUBLE) return;
    const reason = outcome.kind === 'throttled' ? 'it asks for fewer calls' : outcome.reason;
    this.#options.onTrouble(
      `The broker can not be asked for the account's funds: ${reason}. Entries go by our own estimate until it can`,
    );
  }
}

/** A call that throws has said nothing. */
async function asked<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await call();
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
