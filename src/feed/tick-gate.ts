/**
 * The one door for ticks: what is no price, or came before, reaches neither the exchange of paper orders nor the engine.
 * What it turns away is counted by reason.
 */
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';

export const GATE_REFUSALS = ['bad-price', 'bad-volume', 'duplicate'] as const;
export type GateRefusal = (typeof GATE_REFUSALS)[number];

export class TickGate {
  readonly #sequences = new Map<InstrumentId, number>();
  readonly #refusals: Record<GateRefusal, number> = { 'bad-price': 0, 'bad-volume': 0, duplicate: 0 };

  get refusals(): Readonly<Record<GateRefusal, number>> {
    return this.#refusals;
  }

  /** False: turned away. A sequence that does not rise is a repetition; sources without one are taken at their word. */
  takes(tick: Tick): boolean {
    const refusal = this.#whyNot(tick);
    if (refusal === undefined) {
      if (tick.sequence !== null) this.#sequences.set(tick.instrumentId, tick.sequence);
      return true;
    }
    this.#refusals[refusal] += 1;
    return false;
  }

  #whyNot({ instrumentId, lastPrice, volume, sequence }: Tick): GateRefusal | undefined {
    if (!(lastPrice > 0 && lastPrice < Number.POSITIVE_INFINITY)) return 'bad-price';
    if (!(volume >= 0)) return 'bad-volume';
    const before = this.#sequences.get(instrumentId);
    return sequence !== null && before !== undefined && sequence <= before ? 'duplicate' : undefined;
  }
}
