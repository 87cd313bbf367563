/**
 * Looks after the account's good-till-triggered rules: at the start, before the first price; whenever a link is back; every
 * few seconds while rules rest at the broker, and else every few minutes, as long as a market is open. Entry points:
 * `start`, `keep`, `settle`.
 *
 * Invariants: what is to be done about a rule is done by `settle`, under the account's lock, whoever asks; of what was found
 * and no step sets right a person is told once for as long as it lasts; a look that fails is repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGttEnded } from '../core/gtt.ts';
import type { ClientOrderId, InstrumentId } from '../core/ids.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../core/time.ts';
import type { PostgresDifferences, StoredDifference } from '../db/postgres-differences.ts';
import { gttDifferences } from '../engine/orders/gtt-differences.ts';
import { GTT_AFTERCARE_MS, type GttExecutor } from '../jobs/gtt-executor.ts';
import type { JobResult } from '../jobs/job-registry.ts';
import { reasonOf } from '../jobs/outcome-results.ts';
import { sweepGtt } from '../jobs/sweep-gtt.ts';
import type { Clock } from '../ports/clock.ts';
import type { GttLedger } from '../ports/gtt-ledger.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { Hours } from './market-hours.ts';
import type { RuleLegs } from './rule-legs.ts';
import type { RulesDesk } from './rules-desk.ts';

export interface RuleKeeperOptions {
  readonly desk: RulesDesk;
  readonly ledger: Pick<GttLedger, 'rule' | 'unsettled' | 'promise'>;
  readonly executor: Pick<GttExecutor, 'settle'>;
  readonly legs: RuleLegs;
  readonly enqueue: (jobs: readonly OutboxJob[]) => Promise<void>;
  readonly differences: Pick<PostgresDifferences, 'record' | 'markTold'>;
  readonly onDifference: (difference: StoredDifference) => Promise<void>;
  readonly onTrouble: (text: string) => void;
  /** Of the day of a time; null when no market opens. */
  readonly hoursOf: (time: EpochMs) => Hours | null;
  readonly clock: Clock;
  /** Market time per real time. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** By the market's clock. */
const EVERY_MS = 15 * SECOND_MS;
const IDLE_EVERY_MS = 5 * MINUTE_MS;
const SETTLE_MS = 10 * MINUTE_MS;
const AROUND_OPEN_MS = 15 * MINUTE_MS;
/** In real time: however fast the market is played, calls take theirs. */
const LEAST_PAUSE_MS = 250;
const START_PATIENCE_MS = 30_000;
const ATTEMPTS_AT_START = 5;
const FAILURES_UNTIL_TOLD = 3;

export class RuleKeeper {
  readonly #options: RuleKeeperOptions;
  readonly #unlisted = new Set<InstrumentId>();
  /** What is sold and what is still on sale are told apart by the next look. */
  #oversold: readonly string[] = [];
  #looking: Promise<readonly OutboxJob[] | null> | undefined;
  #lookedTime: EpochMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #wake: () => void = () => {};

  constructor(options: RuleKeeperOptions) {
    this.#options = options;
  }

  /** What `settleGttJob` runs. */
  async settle(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    const { executor, ledger, legs } = this.#options;
    const rule = await ledger.rule(id);
    const isToBeSent = rule?.legs.some(({ status }) => status === 'INITIALIZED' || status === 'MODIFYING') ?? false;
    if (rule && !(await this.#isListed(rule.instrumentId)) && isToBeSent) {
      return { kind: 'retry', reason: `"${rule.instrumentId}" is not in the broker's list of instruments` };
    }
    const result = await executor.settle(id, stopping).finally(() => legs.tell(id));
    return result.kind === 'done' ? legs.finish(id, stopping) : result;
  }

  /** Resolves when all rules are as they should be, or could not be brought there within some time. */
  async start(): Promise<void> {
    const { signal, onTrouble } = this.#options;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(START_PATIENCE_MS)]);
    for (let attempt = 1; attempt <= ATTEMPTS_AT_START && !patience.aborted; attempt += 1) {
      const due = await this.#look();
      if (due !== null) {
        for (const { subject } of due) {
          if (!patience.aborted) await this.settle(subject as ClientOrderId, patience).catch(() => undefined);
        }
        return;
      }
      await this.#pause(attempt * EVERY_MS, patience);
    }
    if (!signal.aborted)
      onTrouble("The broker's rules could not be compared with ours at the start; they are looked at again");
  }

  /** Resolves when `signal` aborts. */
  async keep(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      if (await this.#isDue().catch(() => true)) await this.#look();
      await this.#pause(EVERY_MS, signal);
    }
  }

  /** Something has happened that the next look should not wait for. */
  lookSoon(): void {
    this.#lookedTime = Number.NEGATIVE_INFINITY;
    this.#wake();
  }

  async #isDue(): Promise<boolean> {
    const { clock, hoursOf, ledger } = this.#options;
    const now = clock.now();
    const hours = hoursOf(now);
    if (hours === null || now < hours.open - AROUND_OPEN_MS || now > hours.close + SETTLE_MS) return false;
    if (now - this.#lookedTime >= IDLE_EVERY_MS) return true;
    const rules = await ledger.unsettled(now);
    return rules.some((rule) => rule.legs.some(({ status }) => !isGttEnded(status)));
  }

  /** One look at a time; what it found to be done, or null when it could not be had. */
  #look(): Promise<readonly OutboxJob[] | null> {
    this.#looking ??= this.#tryToLook().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #tryToLook(): Promise<readonly OutboxJob[] | null> {
    try {
      const due = await this.#takeLook();
      this.#failures = 0;
      return due;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === FAILURES_UNTIL_TOLD) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.onTrouble(`The broker's rules can not be looked at (${reason}); it is tried again`);
      }
      return null;
    }
  }

  async #takeLook(): Promise<readonly OutboxJob[]> {
    const { desk, ledger, legs, clock, enqueue } = this.#options;
    const asked = clock.now();
    for (const { instrumentId } of await ledger.unsettled(asked - GTT_AFTERCARE_MS)) await this.#isListed(instrumentId);
    const outcome = await sweepGtt({ broker: desk.broker, ledger, clock });
    if (outcome.kind !== 'done') throw new Error(reasonOf(outcome));
    const { jobs, unreadRows, foreign } = outcome.value;
    const isCalm = jobs.length === 0;
    const oversold = isCalm ? outcome.value.oversold.filter((each) => this.#oversold.includes(each)) : [];
    this.#oversold = outcome.value.oversold;
    await enqueue(jobs);
    await legs.tell();
    // What is due is told once it has been settled; until then a trigger may be among it.
    if (isCalm) legs.onListed(asked);
    this.#lookedTime = asked;
    const ours = await ledger.unsettled(clock.now() - GTT_AFTERCARE_MS);
    const found = gttDifferences({ foreign, unreadRows, oversold, ours });
    await this.#takeDown([...found, ...legs.differences], isCalm && unreadRows === 0);
    return jobs;
  }

  async #takeDown(found: ReturnType<typeof gttDifferences>, isConclusive: boolean): Promise<void> {
    const { differences, clock, onDifference } = this.#options;
    const fresh = await differences.record(found, clock.now(), isConclusive, 'rules');
    for (const each of fresh) await onDifference(each);
    if (fresh.length === 0) return;
    await differences.markTold(
      fresh.map(({ id }) => id),
      clock.now(),
    );
  }

  async #isListed(id: InstrumentId): Promise<boolean> {
    const { desk, onTrouble } = this.#options;
    if (desk.broker.isListed(id)) return true;
    const reason = (await desk.list([id])).get(id);
    if (reason !== undefined && !this.#unlisted.has(id)) {
      this.#unlisted.add(id);
      onTrouble(`Rules on ${id} can not be looked after: ${reason}. Look at them in the broker's app`);
    }
    return reason === undefined;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const pauseMs = Math.max(ms / this.#options.speed, LEAST_PAUSE_MS);
    await sleep(pauseMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined);
  }
}
