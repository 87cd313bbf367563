/**
 * How many calls Angel One takes per client code, class by class, and how many of them we use.
 *
 * Entry point: `angelOneWindows`. `PUBLISHED` is the broker's own rate-limit page of 2026; classes that it does not list
 * get one a second. Its order writes are one budget for placing, modifying and cancelling; that the minute and the hour
 * are shared by the three as well is not written there and assumed.
 *
 * `MARGINS` is what we leave unused. A refused order write is not known to be undone, so that it costs seconds of looking
 * into the book, while the call it would have saved costs an eighth of a second: one below. The same for GTT writes. For
 * candles clients report refusals at spacings of 0.4 s, and a second published figure of 150 a minute: 2 and 150.
 */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { CallWindow } from '../../ports/call-log.ts';
import type { BudgetWindow } from '../shared/rate-budget.ts';
import type { CallClass } from './rest/call-class.ts';

/** Calls per second, minute and hour; null where the broker names none. */
type Published = readonly [second: number, minute: number | null, hour: number | null];

const PUBLISHED: Readonly<Record<CallClass, Published>> = {
  login: [1, null, null],
  refresh: [1, null, 1_000],
  profile: [3, null, 1_000],
  logout: [1, null, null],
  funds: [2, null, null],
  orderWrite: [9, 500, 1_000],
  orderBook: [1, null, null],
  tradeBook: [1, null, null],
  positions: [1, null, null],
  orderDetails: [10, 500, 5_000],
  ltp: [10, 500, 5_000],
  quote: [10, 500, 5_000],
  search: [1, null, null],
  convert: [10, 500, 5_000],
  holdings: [1, null, null],
  margin: [10, 500, 5_000],
  gttWrite: [9, 500, 5_000],
  gttRead: [10, 500, 5_000],
  candles: [3, 180, 5_000],
  greeks: [1, null, null],
  derived: [1, null, null],
};

type Spread = readonly [second: number, minute: number, hour: number];
type SpreadByClass = Readonly<Partial<Record<CallClass, Spread>>>;

const MARGINS: SpreadByClass = { orderWrite: [1, 0, 0], gttWrite: [1, 0, 0], candles: [1, 30, 0] };
/** Of what is left after the margin: two a second and a tenth of the longer windows. */
const EXIT_RESERVES: SpreadByClass = { orderWrite: [2, 50, 100], gttWrite: [2, 50, 500] };
const SPANS = [SECOND_MS, MINUTE_MS, HOUR_MS] as const;
const NOTHING: Spread = [0, 0, 0];

/** The broker's own windows, which no schedule of ours may exceed. */
export function publishedWindows(callClass: CallClass): readonly CallWindow[] {
  return spansOf(callClass).map(({ limit, ms }) => ({ limit, ms }));
}

/** What the budget of an account goes by; `margins` replaces the default for the classes it names. */
export function angelOneWindows(margins: SpreadByClass = {}): (callClass: CallClass) => readonly BudgetWindow[] {
  return (callClass) => {
    const margin = margins[callClass] ?? MARGINS[callClass] ?? NOTHING;
    const reserve = EXIT_RESERVES[callClass] ?? NOTHING;
    return spansOf(callClass).map(({ limit, ms, span }) => {
      return { limit: limit - (margin[span] ?? 0), ms, exitReserve: reserve[span] ?? 0 };
    });
  };
}

function spansOf(callClass: CallClass): readonly (CallWindow & { readonly span: number })[] {
  return SPANS.flatMap((ms, span) => {
    const limit = PUBLISHED[callClass][span] ?? null;
    return limit === null ? [] : [{ limit, ms, span }];
  });
}
