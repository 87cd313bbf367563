import type { Gtt, GttLeg } from '../../src/core/gtt.ts';
import type { ClientOrderId } from '../../src/core/ids.ts';
import { gttTransition } from '../../src/engine/orders/gtt-machine.ts';
import type { GttChange, GttLedger, GttLock, GttUpdate } from '../../src/ports/gtt-ledger.ts';
import type { OutboxJob } from '../../src/ports/ledger.ts';

/** The book of rules without a database, for tests that kill whoever writes in it thousands of times. */
export class MemoryGttLedger implements GttLedger {
  readonly rules = new Map<ClientOrderId, Gtt>();
  readonly updates: GttUpdate[] = [];

  async open(rule: Gtt): Promise<readonly OutboxJob[]> {
    if (!this.rules.has(rule.clientGttId)) this.rules.set(rule.clientGttId, rule);
    return [];
  }

  async change(id: ClientOrderId, change: GttChange, time: number): Promise<readonly OutboxJob[]> {
    this.#write(id, (leg) => {
      return change[leg.name] === undefined
        ? leg
        : { ...leg, ...change[leg.name], status: 'MODIFYING', updatedTime: time };
    });
    return [];
  }

  async withdraw(id: ClientOrderId): Promise<readonly OutboxJob[]> {
    const rule = this.rules.get(id);
    if (rule !== undefined) this.rules.set(id, { ...rule, isWithdrawn: true });
    return [];
  }

  async promise(): Promise<readonly OutboxJob[]> {
    return [];
  }

  async move(update: GttUpdate): Promise<{ readonly rule: Gtt; readonly moved: boolean } | undefined> {
    this.updates.push(update);
    let moved = false;
    const rule = this.#write(update.clientGttId, (leg) => {
      if (leg.name !== update.leg) return leg;
      const next = gttTransition(leg, update);
      moved = next.moved;
      return next.leg;
    });
    return rule && { rule, moved };
  }

  async rule(id: ClientOrderId): Promise<Gtt | undefined> {
    return this.rules.get(id);
  }

  async unsettled(): Promise<readonly Gtt[]> {
    return [...this.rules.values()];
  }

  async all(): Promise<readonly Gtt[]> {
    return [...this.rules.values()];
  }

  #write(id: ClientOrderId, of: (leg: GttLeg) => GttLeg): Gtt | undefined {
    const rule = this.rules.get(id);
    if (rule === undefined) return undefined;
    const changed: Gtt =
      rule.kind === 'SINGLE'
        ? { ...rule, legs: [of(rule.legs[0])] }
        : { ...rule, legs: [of(rule.legs[0]), of(rule.legs[1])] };
    this.rules.set(id, changed);
    return changed;
  }
}

/** Of a process that is alone. */
export const FREE_LOCK: GttLock = { hold: (work) => work(async () => true) };
