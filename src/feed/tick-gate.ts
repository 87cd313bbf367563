/**
 * The one door for ticks: what is no price, or came before, reaches neither the exchange of paper orders nor the engine.
 * What it turns away is counted by reason.
 *
 * Each instrument has a mark: the last tick that was taken. What does not rise above it is turned away, unless the mark
 * itself is shown to hold no longer: the source counts anew (another day, another server), or the mark came from a frame
 * that was damaged. Then the tick that shows it becomes the mark. Invariants:
 * - from a source whose time rises with its sequence each tick is taken once and in order: what comes again or late is
 *   never later than the mark, and `MOST_IN_A_ROW` of them in a row are a source that counts anew, not a disorder;
 * - nothing that ever came keeps an instrument silent: of `MOST_IN_A_ROW` rising ticks one is taken, and all after it.
 */
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';

export const GATE_REFUSALS = ['bad-price', 'bad-volume', 'duplicate', 'out-of-order'] as const;
export type GateRefusal = (typeof GATE_REFUSALS)[number];

/** So much later than the mark no tick is that was sent before it. */
const CLEARLY_LATER_MS = 2_000;
/** Ticks below the mark that are later than it; one alone may be a frame with a damaged time. */
const LATER_IN_A_ROW = 3;
/** Ticks below the mark, whatever their time: for a mark whose time was damaged as well. */
const MOST_IN_A_ROW = 32;

/** One object per instrument, written in place. */
interface Mark {
  sequence: number;
  time: EpochMs;
  /** Of what was turned away since then: how many, how many of them later than the mark, and the last one's sequence. */
  below: number;
  later: number;
  lastBelow: number;
}

export class TickGate {
  readonly #marks = new Map<InstrumentId, Mark>();
  readonly #refusals: Record<GateRefusal, number> = {
    'bad-price': 0,
    'bad-volume': 0,
    duplicate: 0,
    'out-of-order': 0,
  };
  #restarts = 0;

  get refusals(): Readonly<Record<GateRefusal, number>> {
    return this.#refusals;
  }

  /** How often a mark was given up. */
  get restarts(): number {
    return this.#restarts;
  }

  /** False: turned away. Sources without a sequence are taken at their word. */
  takes(tick: Tick): boolean {
    const { instrumentId, lastPrice, volume, sequence, time } = tick;
    if (!(lastPrice > 0 && lastPrice < Number.POSITIVE_INFINITY)) return this.#refuse('bad-price');
    if (!(volume >= 0)) return this.#refuse('bad-volume');
    // A number that is none would compare with nothing, and let everything pass from then on.
    if (sequence === null || !Number.isSafeInteger(sequence)) return true;
    const mark = this.#marks.get(instrumentId);
    if (mark === undefined) {
      this.#marks.set(instrumentId, { sequence, time, below: 0, later: 0, lastBelow: sequence });
      return true;
    }
    if (sequence <= mark.sequence) {
      if (!isVoid(mark, sequence, time)) {
        return this.#refuse(sequence === mark.sequence ? 'duplicate' : 'out-of-order');
      }
      this.#restarts += 1;
    }
    mark.sequence = sequence;
    mark.time = time;
    mark.below = 0;
    mark.later = 0;
    mark.lastBelow = sequence;
    return true;
  }

  #refuse(refusal: GateRefusal): false {
    this.#refusals[refusal] += 1;
    return false;
  }
}

/** Whether this tick, which is not above the mark, shows that the mark holds no longer. Counts it as a witness. */
function isVoid(mark: Mark, sequence: number, time: EpochMs): boolean {
  if (time - mark.time >= CLEARLY_LATER_MS) return true;
  // A repetition says nothing new.
  if (sequence === mark.sequence || sequence === mark.lastBelow) return false;
  mark.lastBelow = sequence;
  mark.below += 1;
  if (time > mark.time) mark.later += 1;
  return mark.later >= LATER_IN_A_ROW || mark.below >= MOST_IN_A_ROW;
}
