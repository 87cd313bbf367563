import type { GttTerms } from '../../../src/core/gtt.ts';
import type { BrokerGttId, InstrumentId } from '../../../src/core/ids.ts';
import type { BrokerGtt, BrokerGttList, GttBroker, GttRequest, Holdings } from '../../../src/ports/gtt-broker.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { INFY } from '../../support/angel-one-simulator.ts';
import { brokerGttId } from '../../support/build-gtt.ts';
import { ANSWERS, type Fate } from './call-fate.ts';

/** A broker with a real list of rules, over a wire that loses what the script says. Without a script all goes well. */
export class ScriptedGttBroker implements GttBroker {
  readonly name = 'scripted';
  readonly rules: BrokerGtt[] = [];
  readonly calls: string[] = [];
  readonly fates: { create: Fate[]; modify: Fate[]; cancel: Fate[]; list: Fate[] } = {
    ...{ create: [], modify: [], cancel: [], list: [] },
  };
  readonly held = new Map<InstrumentId, number>([[INFY.id, 1_000]]);
  unreadRows = 0;
  /** Looks at which the list does not show its last rule yet. */
  lag = 0;
  isKnown = true;
  /** Between a request and its answer. */
  onCall: (() => Promise<void>) | undefined;

  isListed(): boolean {
    return this.isKnown;
  }

  create(request: GttRequest): Promise<Outcome<{ readonly id: BrokerGttId }>> {
    const id = brokerGttId(String(this.rules.length + 1));
    return this.#answer('create', { id }, () => {
      this.rules.push({ ...request, id, symbol: 'INFY-EQ', status: 'LIVE', createdTime: null, expires: null });
    });
  }

  modify(id: BrokerGttId, _: InstrumentId, { quantity, triggerPrice, limitPrice }: GttTerms): Promise<Outcome<null>> {
    return this.#change('modify', id, { quantity, triggerPrice, limitPrice });
  }

  cancel(id: BrokerGttId): Promise<Outcome<null>> {
    return this.#change('cancel', id, { status: 'CANCELLED' });
  }

  list(): Promise<Outcome<BrokerGttList>> {
    const hasLag = this.rules.length > 0 && this.lag > 0;
    if (hasLag) this.lag -= 1;
    const rules = hasLag ? this.rules.slice(0, -1) : [...this.rules];
    return this.#answer('list', { rules, unreadRows: this.unreadRows }, () => {});
  }

  async holdings(): Promise<Outcome<Holdings>> {
    return { kind: 'done', value: this.held };
  }

  trigger(id: string): void {
    this.#write(brokerGttId(id), { status: 'TRIGGERED' });
  }

  live(): readonly string[] {
    return this.rules.flatMap(({ id, status }) => (status === 'LIVE' ? [id] : []));
  }

  #change(call: 'modify' | 'cancel', id: BrokerGttId, change: Partial<BrokerGtt>): Promise<Outcome<null>> {
    const isLive = this.rules.some((rule) => rule.id === id && rule.status === 'LIVE');
    if (!isLive) {
      this.calls.push(call);
      return Promise.resolve({ kind: 'refused', code: 'AB9013', reason: 'Invalid rule id' });
    }
    return this.#answer(call, null, () => this.#write(id, change));
  }

  #write(id: BrokerGttId, change: Partial<BrokerGtt>): void {
    const at = this.rules.findIndex((rule) => rule.id === id);
    const before = this.rules[at];
    if (before !== undefined) this.rules[at] = { ...before, ...change };
  }

  async #answer<T>(call: keyof ScriptedGttBroker['fates'], value: T, work: () => void): Promise<Outcome<T>> {
    this.calls.push(call);
    const fate = this.fates[call].shift() ?? 'done';
    if (fate === 'done' || fate === 'answer-lost' || fate === 'thrown') work();
    await this.onCall?.();
    if (fate === 'thrown') throw new Error('socket hang up');
    return fate === 'done' ? { kind: 'done', value } : ANSWERS[fate];
  }
}
