/**
 * Changes of the account's rules by hand, while the worker runs: planned before anybody is asked, then written down as the
 * command line does it, and settled by the worker's own job under the account's lock. Entry point: `RuleChanges`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ruleLine } from '../alerts/views/rule-view.ts';
import { assertNever } from '../core/errors.ts';
import { BY_HAND, type Gtt, type GttLeg, type GttLegName, type GttTerms, isGttEnded } from '../core/gtt.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';
import type { PostgresGtt } from '../db/postgres-gtt.ts';
import { gttProblems } from '../engine/orders/check-gtt.ts';
import { gttStatusOf } from '../engine/orders/gtt-machine.ts';
import type { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { LegTerms, RuleAction, RuleChange, RuleDesk, RulePlan, RuleWish } from '../ports/rule-desk.ts';
import { plannedGtt } from './gtt-desk.ts';
import type { RulesDesk } from './rules-desk.ts';

export interface RuleChangesOptions {
  readonly desk: Pick<RulesDesk, 'list' | 'instrument' | 'idOf'>;
  readonly ledger: Pick<PostgresGtt, 'open' | 'change' | 'withdraw' | 'rule' | 'like'>;
  readonly sweeper: Pick<OutboxSweeper, 'enqueue'>;
  /** Null when none is known. */
  readonly lastPrice: (id: InstrumentId) => Rupees | null;
  readonly clock: Pick<Clock, 'now'>;
}

const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;
const ON_ITS_WAY = 'it is on its way; /gtt shows it';

export class RuleChanges implements RuleDesk {
  readonly #options: RuleChangesOptions;

  constructor(options: RuleChangesOptions) {
    this.#options = options;
  }

  async planNew({ instrument: name, side, quantity, days, legs }: RuleWish): Promise<RulePlan> {
    const { desk, clock } = this.#options;
    const id = await desk.idOf(name);
    const instrument = id === undefined ? undefined : await this.#known(id);
    if (instrument === undefined) return refused(`expected an instrument of the broker's list, found "${name}"`);
    if (typeof instrument === 'string') return refused(instrument);
    const product = instrument.expiry === null ? 'DELIVERY' : 'CARRY_FORWARD';
    const named = Object.entries(legs) as [GttLegName, (typeof legs)[GttLegName] & object][];
    const terms = named.map(([leg, prices]): LegTerms => ({ name: leg, quantity, ...prices }));
    const wish = { instrumentId: instrument.id, side, product, days } as const;
    const rule = plannedGtt({ ...wish, legs: termsOf(terms) }, clock.now());
    const action: RuleAction = { rule: 'new', id: rule.clientGttId, ...wish, legs: terms };
    return this.#checked(rule, instrument, null, action);
  }

  async planChange(idStart: string, { quantity, legs }: RuleChange): Promise<RulePlan> {
    const before = await this.#ruleLike(idStart);
    if (typeof before === 'string') return refused(before);
    const stray = (Object.keys(legs) as GttLegName[]).find((name) => before.legs.every((leg) => leg.name !== name));
    if (stray !== undefined) {
      const expected =
        before.kind === 'OCO' ? '"stop" and "target" of a pair' : '"trigger" and "limit" of a single rule';
      return refused(`expected ${expected}: ${ruleLine(before)}`);
    }
    if (before.strategyId !== BY_HAND && quantity !== null) {
      return refused(`expected no units for a rule that protects what "${before.strategyId}" holds`);
    }
    if (before.isWithdrawn || before.legs.some(({ status }) => status !== 'ACTIVE' && status !== 'MODIFYING')) {
      return refused(`expected a rule that rests at the broker, found ${ruleLine(before)}`);
    }
    const terms = before.legs.map((leg): LegTerms => {
      const { triggerPrice = leg.triggerPrice, limitPrice = leg.limitPrice } = legs[leg.name] ?? {};
      return { name: leg.name, quantity: quantity ?? leg.quantity, triggerPrice, limitPrice };
    });
    const instrument = await this.#known(before.instrumentId);
    if (typeof instrument === 'string') return refused(instrument);
    const action: RuleAction = { rule: 'modify', id: before.clientGttId, legs: terms };
    return this.#checked(withTerms(before, terms), instrument, before, action);
  }

  async planCancel(idStart: string): Promise<RulePlan> {
    const rule = await this.#ruleLike(idStart);
    if (typeof rule === 'string') return refused(rule);
    if (rule.legs.every(({ status }) => isGttEnded(status))) {
      return refused(`expected a rule that has not ended, found ${ruleLine(rule)}`);
    }
    return { kind: 'planned', action: { rule: 'cancel', id: rule.clientGttId }, rule, before: rule, lastPrice: null };
  }

  /** Resolves with what it came to, in words; `mayWait` is false while nothing is settled yet. */
  async carryOut(action: RuleAction, mayWait: () => boolean): Promise<string> {
    const jobs = await this.#write(action);
    if (jobs.length === 0) {
      const rule = await this.#options.ledger.rule(action.id);
      return rule === undefined ? 'there is no such rule any more' : `it could not be done: ${ruleLine(rule)}`;
    }
    // What the queue does not take now is added by the sweep.
    await this.#options.sweeper.enqueue(jobs).catch(() => undefined);
    const deadline = performance.now() + PATIENCE_MS;
    while (mayWait() && performance.now() < deadline) {
      const rule = await this.#options.ledger.rule(action.id);
      const outcome = rule && outcomeOf(action, rule);
      if (outcome) return outcome;
      await sleep(LOOK_EVERY_MS);
    }
    return ON_ITS_WAY;
  }

  #write(action: RuleAction): Promise<readonly OutboxJob[]> {
    const { ledger, clock } = this.#options;
    switch (action.rule) {
      case 'new': {
        const { id, instrumentId, side, product, days, legs } = action;
        return ledger.open(plannedGtt({ instrumentId, side, product, days, legs: termsOf(legs) }, clock.now(), id));
      }
      case 'modify':
        return ledger.change(action.id, termsOf(action.legs), clock.now());
      case 'cancel':
        return ledger.withdraw(action.id, clock.now());
      default:
        return assertNever(action, 'change of a rule');
    }
  }

  #checked(rule: Gtt, instrument: Instrument, before: Gtt | null, action: RuleAction): RulePlan {
    const problems = gttProblems(rule, instrument);
    if (problems.length > 0) return refused(problems.join('; '));
    return { kind: 'planned', action, rule, before, lastPrice: this.#options.lastPrice(instrument.id) };
  }

  /** Known to the broker's side, or why it can not be. */
  async #known(id: InstrumentId): Promise<Instrument | string> {
    const { desk } = this.#options;
    const why = (await desk.list([id])).get(id);
    return why ?? desk.instrument(id) ?? `expected "${id}" in the broker's list of instruments, found it not`;
  }

  /** The one, or why there is not one. */
  async #ruleLike(idStart: string): Promise<Gtt | string> {
    const [rule, ...others] = await this.#options.ledger.like(idStart);
    if (rule === undefined) return `no rule's id begins with "${idStart}"`;
    return others.length === 0 ? rule : `more than one rule's id begins with "${idStart}": write more of it`;
  }
}

/** Undefined as long as it is not settled. */
function outcomeOf(action: RuleAction, rule: Gtt): string | undefined {
  const status = gttStatusOf(rule);
  const reasons = [...new Set(rule.legs.flatMap(({ reason }) => reason ?? []))].join('; ');
  const why = reasons === '' ? '' : ` (${reasons})`;
  const isEnded = rule.legs.every((leg) => isGttEnded(leg.status));
  switch (action.rule) {
    case 'new':
      if (status === 'ACTIVE') return `it rests at the broker: ${ruleLine(rule)}`;
      return isEnded ? `it does not rest at the broker: ${ruleLine(rule)}${why}` : undefined;
    case 'modify': {
      if (isEnded) return `it has ended: ${ruleLine(rule)}${why}`;
      if (status !== 'ACTIVE') return undefined;
      const isChanged = rule.legs.every((leg) => isAsWanted(leg, action.legs));
      return isChanged ? `it is changed: ${ruleLine(rule)}` : `it is not changed: ${ruleLine(rule)}${why}`;
    }
    case 'cancel':
      if (!isEnded) return undefined;
      return status === 'CANCELLED' ? `it is taken back: ${ruleLine(rule)}` : `it has ended: ${ruleLine(rule)}${why}`;
    default:
      return assertNever(action, 'change of a rule');
  }
}

function isAsWanted({ name, quantity, triggerPrice, limitPrice }: GttLeg, wanted: readonly LegTerms[]): boolean {
  const terms = wanted.find((each) => each.name === name);
  return terms?.quantity === quantity && terms.triggerPrice === triggerPrice && terms.limitPrice === limitPrice;
}

function termsOf(legs: readonly LegTerms[]): Partial<Record<GttLegName, GttTerms>> {
  return Object.fromEntries(legs.map(({ name, ...terms }) => [name, terms]));
}

function withTerms(rule: Gtt, terms: readonly LegTerms[]): Gtt {
  const changed = (leg: GttLeg): GttLeg => ({ ...leg, ...terms.find(({ name }) => name === leg.name) });
  return rule.kind === 'OCO'
    ? { ...rule, legs: [changed(rule.legs[0]), changed(rule.legs[1])] }
    : { ...rule, legs: [changed(rule.legs[0])] };
}

function refused(why: string): RulePlan {
  return { kind: 'refused', why };
}
