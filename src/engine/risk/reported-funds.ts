/**
 * What the broker has last said of the account's money, for as long as it can be relied on. Pure: times are handed in.
 *
 * Invariants: what is older than a few minutes is as if it had never been said; of what is available the entries that were
 * allowed since are taken off, so that two of them are not paid with the same money.
 */
import type { Paise } from '../../core/money.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { FundsReported } from '../../ports/engine-event.ts';
import type { MarginQuestion } from '../../ports/margin-source.ts';

type Exposure = Omit<MarginQuestion, 'quantity'>;

const GOOD_FOR_MS = 10 * MINUTE_MS;
/** An order that was allowed so long before the broker was asked may not have been there yet. */
const ON_THE_WAY_MS = 10 * SECOND_MS;

export class ReportedFunds {
  readonly #margins = new Map<string, { readonly paise: number; readonly time: EpochMs }>();
  #availablePaise: Paise = 0;
  #time: EpochMs = Number.NEGATIVE_INFINITY;
  #spent: { readonly paise: Paise; readonly time: EpochMs }[] = [];

  take({ availablePaise, margins, time }: FundsReported): void {
    for (const { paise, time: asked, ...exposure } of margins)
      this.#margins.set(keyOf(exposure), { paise, time: asked });
    if (time < this.#time) return;
    this.#availablePaise = availablePaise;
    this.#time = time;
    this.#spent = this.#spent.filter((each) => each.time > time - ON_THE_WAY_MS);
  }

  /** An entry was allowed that ties up so much. */
  spend(paise: Paise, time: EpochMs): void {
    // Without a broker that reports there is nothing to be taken off.
    if (this.#time > Number.NEGATIVE_INFINITY) this.#spent.push({ paise, time });
  }

  /** Infinity when the broker has not said it of late. */
  availablePaise(now: EpochMs): Paise {
    if (now - this.#time > GOOD_FOR_MS) return Number.POSITIVE_INFINITY;
    return this.#spent.reduce((left, { paise }) => left - paise, this.#availablePaise);
  }

  /** Of one unit, in fractional paise; 0 when the broker has not said it of late. */
  unitMarginPaise(exposure: Exposure, now: EpochMs): number {
    const margin = this.#margins.size === 0 ? undefined : this.#margins.get(keyOf(exposure));
    return margin === undefined || now - margin.time > GOOD_FOR_MS ? 0 : margin.paise;
  }
}

function keyOf({ instrumentId, side, product }: Exposure): string {
  return `${instrumentId}|${side}|${product}`;
}
