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
}

/** What the streams are told to do wrong; the half that serves them carries it out. */
export type StreamFaultListener = (plan: StreamFaultPlan) => void;

/** The faults that wait for their calls. The same seed strikes the same calls. */
export class FaultBoard {
  #armed: Armed[] = [];
  #lastId = 0;
  readonly #onStreamFault: StreamFaultListener;
  readonly #onStrike: (kind: string) => void;

  constructor(onStreamFault: StreamFaultListener, onStrike: (kind: string) => void) {
    this.#onStreamFault = onStreamFault;
    this.#onStrike = onStrike;
  }

  /** Returns the number by which the fault can be lifted; stream faults are handed on at once and are 0. */
  arm(plan: FaultPlan): number {
    if (isStreamFault(plan)) {
      this.#onStrike(plan.kind);
      this.#onStreamFault(plan);
      return 0;
    }
    this.#lastId += 1;
    const until = plan.forMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + plan.forMs;
    const left = plan.count ?? Number.POSITIVE_INFINITY;
    this.#armed.push({ id: this.#lastId, plan, random: createRandom(plan.seed), until, left });
    return this.#lastId;
  }

  lift(id: number): void {
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
  }

  clear(): void {
    this.#armed = [];
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
      strikes.push({ kind: plan.kind, ms, status: plan.status });
      this.#onStrike(plan.kind);
    }
    this.#armed = this.#armed.filter(({ left, until }) => left > 0 && now <= until);
    return strikes;
  }
}

function isMeant({ on }: CallFaultPlan, operation: Operation): boolean {
  return on === undefined || on.includes(operation) || on.includes(endpointOf(operation).rateClass);
}
