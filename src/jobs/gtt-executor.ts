/**
 * Makes the broker's rules what the book of good-till-triggered rules wants, one rule at a time. Entry point: `settle`.
 *
 * Invariants:
 * - What is to be done is asked of `nextSteps` anew after every call, so a run that died anywhere is gone on with.
 * - The leg is `SUBMITTING`, with the rules of the same content that are there already, before the broker is called.
 * - An answer that proves nothing was sent takes the leg back to `INITIALIZED`. Without such an answer it is `UNKNOWN`, and
 *   goes out again only after the list, read whole and twice, a grace apart and later than any call can be on its way,
 *   does not have it. One that can not be told from another is never sent again: its owner is asked.
 * - One process at a time works on the account, and looks whether it still is the one before every write.
 * - Running a job again is a no-op once its purpose is served.
 */
import { assertNever, InvariantError } from '../core/errors.ts';
import { type Gtt, type GttLeg, LONGEST_GTT_DAYS } from '../core/gtt.ts';
import type { BrokerGttId, ClientOrderId, InstrumentId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import { DAY_MS, type EpochMs } from '../core/time.ts';
import { termsOf } from '../engine/orders/gtt-machine.ts';
import { type GttStep, needsHoldings, nextSteps } from '../engine/orders/gtt-steps.ts';
import type { Clock } from '../ports/clock.ts';
import type { BrokerGtt, BrokerGttList, GttBroker, Holdings } from '../ports/gtt-broker.ts';
import type { GttLedger, GttLock, GttUpdate } from '../ports/gtt-ledger.ts';
import { DONE, type JobResult } from './job-registry.ts';
import { againAfter, provable, reasonOf } from './outcome-results.ts';

export interface GttExecutorOptions {
  readonly broker: GttBroker;
  readonly ledger: Pick<GttLedger, 'rule' | 'move' | 'unsettled'>;
  readonly lock: GttLock;
  readonly clock: Clock;
  /** Null when none is known. */
  readonly lastPrice?: ((id: InstrumentId) => Rupees | null) | undefined;
  /** Every move of a leg, with the rule as it then stands. */
  readonly onMove?: ((rule: Gtt, update: GttUpdate) => void) | undefined;
  /** A person should look; told once as long as it lasts. */
  readonly onTrouble: (text: string) => void;
  /** Between two looks into the list: long enough for a rule on its way to show up there. */
  readonly searchGraceMs?: number | undefined;
  /** The longest that a call can be on its way, that of a process that died included. */
  readonly flightMs?: number | undefined;
}

const SEARCH_GRACE_MS = 2_000;
const FLIGHT_MS = 12_000;
/** More rounds than a rule has states: what still is not settled then is left to another run. */
const MOST_ROUNDS = 24;
/** Rules that ended since then are looked after still: their cancels may have come to nothing. */
export const GTT_AFTERCARE_MS = 2 * DAY_MS;
const STOPPING: JobResult = { kind: 'retry', reason: 'The worker is stopping' };
const LOST: JobResult = { kind: 'retry', reason: 'Another process has taken over the rules of the account' };

interface Run {
  readonly stopping: AbortSignal;
  readonly isHeld: () => Promise<boolean>;
}

export class GttExecutor {
  readonly #options: GttExecutorOptions;
  readonly #told = new Map<ClientOrderId, string>();
  #line: Promise<unknown> = Promise.resolve();

  constructor(options: GttExecutorOptions) {
    this.#options = options;
  }

  /** Does for the rule what there is to do. Runs of this process follow one another, those of others wait for the lock. */
  settle(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    const run = this.#line.then(() =>
      this.#options.lock.hold((isHeld) => this.#settle(id, { stopping, isHeld }), stopping),
    );
    this.#line = run.catch(() => undefined);
    return run;
  }

  async #settle(id: ClientOrderId, run: Run): Promise<JobResult> {
    const { broker, clock } = this.#options;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      if (run.stopping.aborted) return STOPPING;
      const rule = await this.#load(id);
      const list = await provable(() => broker.list());
      if (list.kind !== 'done') return againAfter(list);
      const held = needsHoldings(rule) ? await provable(() => broker.holdings()) : null;
      if (held !== null && held.kind !== 'done') return againAfter(held);
      const result = await this.#advance(rule, list.value, held?.value ?? null, clock.now(), run);
      if (result !== 'go on') return result;
    }
    return { kind: 'retry', reason: `The rule is not settled after ${MOST_ROUNDS} looks at the broker's list` };
  }

  /** Takes the steps up to the first call, after which all has to be looked at again. */
  async #advance(
    rule: Gtt,
    list: BrokerGttList,
    holdings: Holdings | null,
    now: EpochMs,
    run: Run,
  ): Promise<JobResult | 'go on'> {
    const ours = await this.#options.ledger.unsettled(now - GTT_AFTERCARE_MS);
    const lastPrice = this.#options.lastPrice?.(rule.instrumentId) ?? null;
    const steps = nextSteps(rule, { list, ours, holdings, now, lastPrice });
    if (steps.length === 0) {
      this.#told.delete(rule.clientGttId);
      return DONE;
    }
    let hasMoved = false;
    for (const step of steps) {
      if (step.kind !== 'move') return hasMoved ? 'go on' : this.#take(rule, step, run);
      const { brokerGttId, terms } = step;
      await this.#move(rule, step.leg, step.status, step.reason, {
        ...(brokerGttId === undefined ? {} : { brokerGttId }),
        ...(terms === undefined ? {} : { terms }),
      });
      hasMoved = true;
    }
    return 'go on';
  }

  async #take(rule: Gtt, step: Exclude<GttStep, { kind: 'move' }>, run: Run): Promise<JobResult | 'go on'> {
    switch (step.kind) {
      case 'create':
        return this.#create(rule, step, run);
      case 'modify':
        return this.#modify(rule, step.leg, run);
      case 'cancel':
        return this.#cancel(rule, step.leg, step.reason, run);
      case 'look-again':
        return this.#lookAgain(rule, step.leg, run);
      case 'wait':
        return { kind: 'retry', reason: step.reason };
      case 'ask':
        return this.#fail(rule, step.leg, step.reason);
      default:
        return assertNever(step, 'step');
    }
  }

  async #create(
    rule: Gtt,
    { leg, priorIds }: Extract<GttStep, { kind: 'create' }>,
    run: Run,
  ): Promise<JobResult | 'go on'> {
    const { broker, clock } = this.#options;
    if (!(await run.isHeld())) return LOST;
    if (!(await this.#move(rule, leg, 'SUBMITTING', null, { priorIds }))) return 'go on';
    const { instrumentId, side, product, expires } = rule;
    const days = Math.ceil((expires - clock.now()) / DAY_MS);
    const validDays = Math.max(1, Math.min(LONGEST_GTT_DAYS, days));
    const request = { ...termsOf(leg), instrumentId, side, product, validDays };
    const outcome = await provable(() => broker.create(request));
    switch (outcome.kind) {
      case 'done':
        await this.#move(rule, leg, 'ACTIVE', null, { brokerGttId: outcome.value.id });
        return 'go on';
      case 'refused':
        await this.#move(rule, leg, 'REJECTED', `${outcome.reason} (${outcome.code})`);
        return 'go on';
      case 'throttled':
      case 'session':
      case 'transient':
        await this.#move(rule, leg, 'INITIALIZED', `Not sent: ${reasonOf(outcome)}`);
        return againAfter(outcome);
      case 'unknown':
        await this.#move(rule, leg, 'UNKNOWN', outcome.reason);
        return 'go on';
      default:
        return assertNever(outcome, 'outcome');
    }
  }

  async #modify(rule: Gtt, leg: GttLeg, run: Run): Promise<JobResult | 'go on'> {
    const { broker } = this.#options;
    const id = idOf(rule, leg);
    if (!(await run.isHeld())) return LOST;
    const outcome = await provable(() => broker.modify(id, rule.instrumentId, termsOf(leg)));
    if (outcome.kind === 'done') {
      await this.#move(rule, leg, 'ACTIVE', null);
      return 'go on';
    }
    if (outcome.kind !== 'refused') return againAfter(outcome);
    const seen = await this.#afterRefusal(id);
    if ('next' in seen) return seen.next;
    const { row } = seen;
    const reason = `The broker refused the change: ${outcome.reason} (${outcome.code})`;
    if (row !== undefined) await this.#move(rule, leg, 'ACTIVE', reason, { terms: termsOf(row) });
    return this.#fail(rule, leg, reason);
  }

  async #cancel(rule: Gtt, leg: GttLeg, why: string, run: Run): Promise<JobResult | 'go on'> {
    const { broker, clock } = this.#options;
    const id = idOf(rule, leg);
    if (!(await run.isHeld())) return LOST;
    await this.#move(rule, leg, 'CANCELLING', why);
    const outcome = await provable(() => broker.cancel(id, rule.instrumentId));
    if (outcome.kind === 'done') {
      await this.#move(rule, leg, !rule.isWithdrawn && clock.now() >= rule.expires ? 'EXPIRED' : 'CANCELLED', why);
      return 'go on';
    }
    if (outcome.kind !== 'refused') return againAfter(outcome);
    const seen = await this.#afterRefusal(id);
    if ('next' in seen) return seen.next;
    return this.#fail(rule, leg, `The broker refused to cancel it: ${outcome.reason} (${outcome.code})`);
  }

  /** Mostly the rule has ended already, and the list says how; else its row, if it has one. */
  async #afterRefusal(id: BrokerGttId): Promise<{ readonly next: JobResult | 'go on' } | { readonly row?: BrokerGtt }> {
    const list = await provable(() => this.#options.broker.list());
    if (list.kind !== 'done') return { next: againAfter(list) };
    const row = list.value.rules.find((each) => each.id === id);
    if (row === undefined) return {};
    return row.status === 'LIVE' ? { row } : { next: 'go on' };
  }

  /** Absent is what a second list, later than any call can be on its way, does not have either. */
  async #lookAgain(rule: Gtt, leg: GttLeg, run: Run): Promise<JobResult | 'go on'> {
    const { broker, clock, searchGraceMs = SEARCH_GRACE_MS, flightMs = FLIGHT_MS } = this.#options;
    if (!broker.isListed(rule.instrumentId)) {
      return this.#fail(
        rule,
        leg,
        'The instrument is not in the list of instruments: import it, then it is searched for',
      );
    }
    const landed = (leg.submittedTime ?? clock.now()) + flightMs;
    await clock.sleepUntil(Math.max(clock.now() + searchGraceMs, landed), run.stopping);
    if (run.stopping.aborted) return STOPPING;
    const list = await provable(() => broker.list());
    if (list.kind !== 'done') return againAfter(list);
    const now = clock.now();
    const ours = await this.#options.ledger.unsettled(now - GTT_AFTERCARE_MS);
    const steps = nextSteps(rule, { list: list.value, ours, holdings: null, now });
    const isAbsent = steps.some((step) => step.kind === 'look-again' && step.leg.name === leg.name);
    if (isAbsent) await this.#move(rule, leg, 'INITIALIZED', "Not in the broker's list, looked at twice");
    return 'go on';
  }

  #fail(rule: Gtt, leg: GttLeg, reason: string): JobResult {
    const text = `Rule ${rule.clientGttId} on ${rule.instrumentId}, leg ${leg.name}: ${reason}`;
    if (this.#told.get(rule.clientGttId) !== text) this.#options.onTrouble(text);
    this.#told.set(rule.clientGttId, text);
    return { kind: 'failed', reason };
  }

  async #move(
    rule: Gtt,
    leg: GttLeg,
    status: GttUpdate['status'],
    reason: string | null,
    more: Pick<GttUpdate, 'brokerGttId' | 'terms' | 'priorIds'> = {},
  ): Promise<boolean> {
    const { ledger, clock, onMove, onTrouble } = this.#options;
    const { clientGttId } = rule;
    const changed = leg.status === 'MODIFYING' && status === 'ACTIVE' ? { sentTerms: termsOf(leg) } : {};
    const update: GttUpdate = { clientGttId, leg: leg.name, status, reason, time: clock.now(), ...more, ...changed };
    const result = await ledger.move(update);
    if (result === undefined)
      throw new InvariantError(`Leg "${leg.name}" of rule "${clientGttId}" has left the ledger`);
    if (!result.moved) return false;
    onMove?.(result.rule, update);
    const triggered = result.rule.legs.filter((each) => each.status === 'TRIGGERED');
    if (status === 'TRIGGERED' && triggered.length > 1) {
      onTrouble(
        `Both legs of rule ${clientGttId} on ${rule.instrumentId} have triggered before one could be cancelled: two orders are at the exchange, cancel one of them and look at the position`,
      );
    }
    return true;
  }

  async #load(id: ClientOrderId): Promise<Gtt> {
    const rule = await this.#options.ledger.rule(id);
    if (rule === undefined) throw new InvariantError(`Expected rule "${id}" in the ledger, found none`);
    return rule;
  }
}

function idOf({ clientGttId }: Gtt, { name, status, brokerGttId }: GttLeg) {
  if (brokerGttId !== null) return brokerGttId;
  throw new InvariantError(`Leg "${name}" of rule ${clientGttId} is "${status}" and has no id of the broker`);
}
