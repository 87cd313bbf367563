import type { InstrumentId } from '../core/ids.ts';
import type { LatestQuote } from './account-views.ts';
import type { Outcome } from './outcome.ts';

/** Prices that are asked for, besides those that come by themselves. */
export interface QuoteSource {
  /** As the broker has them now, in no order; those that it has no price of are left out. */
  quotesOf(ids: readonly InstrumentId[]): Promise<Outcome<readonly LatestQuote[]>>;
}
