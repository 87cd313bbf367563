import { createRandom, type Random } from '../../../simulation/random.ts';
import { endpointOf, type Operation } from '../rest/endpoints.ts';
import type { CallFault, CallFaultPlan, FaultPlan, StreamFaultPlan } from './fault.ts';
import { isStreamFault } from './fault.ts';

interface Armed {
  readonly id: number;
  readonly plan: CallFaultPlan;
  readonly random: Random;
  readonly until: number;
  left: number;
}

/** A fault that strikes a call, with the number it was given when it was armed. */
export interface Strike {
  readonly kind: CallFault;
  readonly ms: number;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Has the streams do wrong; returns how to stop what lasts. */
export type StreamStriker = (plan: StreamFaultPlan) => (() => void) | undefined;

/** The faults that wait for their calls. The same seed strikes the same calls. */
export class FaultBoard {
  #armed: Armed[] = [];
  /** Stream faults that go on until they are lifted. */
  readonly #lasting = new Map<number, () => void>();
  #lastId = 0;
  readonly #strikeStreams: StreamStriker;
  readonly #onStrike: (kind: string) => void;

  constructor(strikeStreams: StreamStriker, onStrike: (kind: string) => void) {
    this.#strikeStreams = strikeStreams;
    this.#onStrike = onStrike;
  }

  /** Returns the number by which the fault can be lifted; a stream fault strikes at once. */
  arm(plan: FaultPlan): number {
    this.#lastId += 1;
    if (isStreamFault(plan)) {
      this.#armStreams(this.#lastId, plan);
      return this.#lastId;
    }
    const until = plan.forMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + plan.forMs;
    const left = plan.count ?? Number.POSITIVE_INFINITY;
    this.#armed.push({ id: this.#lastId, plan, random: createRandom(plan.seed), until, left });
    return this.#lastId;
  }

  lift(id: number): void {
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
    this.#lasting.get(id)?.();
    this.#lasting.delete(id);
  }

  clear(): void {
    this.#armed = [];
    for (const id of [...this.#lasting.keys()]) this.lift(id);
  }

  get armed(): readonly { readonly id: number; readonly plan: CallFaultPlan; readonly left: number | null }[] {
    return this.#armed.map(({ id, plan, left }) => ({ id, plan, left: Number.isFinite(left) ? left : null }));
  }

  /** What goes wrong with this call, in the order the faults were armed. */
  strike(operation: Operation): readonly Strike[] {
    if (this.#armed.length === 0) return [];
    const now = performance.now();
    const strikes: Strike[] = [];
    for (const armed of this.#armed) {
      const { plan, random } = armed;
      if (armed.left <= 0 || now > armed.until || !isMeant(plan, operation)) continue;
      if (plan.probability < 1 && random.uniform() >= plan.probability) continue;
      armed.left -= 1;
      const ms = plan.isRandom ? random.uniform() * (plan.ms ?? 0) : (plan.ms ?? 0);
      strikes.push({ kind: plan.kind, ms, status: plan.status, code: plan.code, message: plan.message });
      this.#onStrike(plan.kind);
    }
    this.#armed = this.#armed.filter(({ left, until }) => left > 0 && now <= until);
    return strikes;
  }

  #armStreams(id: number, plan: StreamFaultPlan): void {
    this.#onStrike(plan.kind);
    const end = this.#strikeStreams(plan);
    if (end === undefined) return;
    this.#lasting.set(id, end);
    if (plan.forMs !== undefined) setTimeout(() => this.lift(id), plan.forMs).unref();
  }
}

function isMeant({ on }: CallFaultPlan, operation: Operation): boolean {
  return on === undefined || on.includes(operation) || on.includes(endpointOf(operation).rateClass);
}
