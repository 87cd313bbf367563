/**
 * The most order writes that a span can see, by cause. Entry point: `orderWritesIn`.
 *
 * Counted in slices, orders no larger than the freeze quantity. An entry slice is one order whose limit follows the price;
 * what it fills is protected by one order a piece, since of stop and target only one rests at a broker that does not tie
 * them, and left by cancelling that and one exit, which follows the price as well; what it does not fill is withdrawn. That
 * is the most that one slice can cost, and what a limit on orders lets through is divided so that the sum is largest: slices
 * that are filled cost more calls, slices that are only withdrawn more calls an order.
 *
 * Decisions fall when candles close, and all candles that close within a minute close at its beginning: there as many
 * entries as positions may be open, no more, since an entry needs a free place or turns what is held.
 */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { Cause, PlanFacts, PlannedPair, Span } from './budget-plan.ts';

const MINUTES_PER_HOUR = 60;
const SPAN_MS: Readonly<Record<Span, number>> = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS };

/** Nothing is spread: a second may see all that a minute may. `mostEntries`: what the budget lets through of them. */
export function orderWritesIn(span: Span, facts: PlanFacts, mostEntries = Number.POSITIVE_INFINITY): readonly Cause[] {
  return worstOf(span, facts, mostEntries, () => true);
}

/** The most that exits alone may take. */
export function exitWritesIn(span: Span, facts: PlanFacts): number {
  const isExit = (each: Cause): boolean => each.isExit;
  return callsOf(worstOf(span, facts, Number.POSITIVE_INFINITY, isExit).filter(isExit));
}

/** Of all ways to divide the orders that limits let through between filled and withdrawn entries the dearest one. */
function worstOf(
  span: Span,
  facts: PlanFacts,
  mostEntries: number,
  isCounted: (each: Cause) => boolean,
): readonly Cause[] {
  const legs = facts.assumptions.fillsPerOrder;
  const held = heldSlices(facts);
  const allowed = ordersAllowed(span, facts, held, legs);
  const most = Math.min(entrySlices(span, facts), allowed, mostEntries);
  let worst: readonly Cause[] = [];
  let mostCalls = -1;
  for (let entries = 0; entries <= most; entries += 1) {
    const filled = Math.min(entries, Math.floor((allowed - entries) / (1 + legs)));
    const causes = causesOf(span, facts, entries, filled, held);
    const calls = callsOf(causes.filter(isCounted));
    if (calls > mostCalls) [worst, mostCalls] = [causes, calls];
  }
  return worst;
}

function causesOf(span: Span, facts: PlanFacts, entries: number, filled: number, held: number): readonly Cause[] {
  const legs = facts.assumptions.fillsPerOrder;
  const { repricing } = facts;
  const inSpan = Math.ceil(SPAN_MS[span] / repricing.everyMs);
  return [
    { cause: 'entries', isExit: false, calls: entries },
    { cause: 'their limits follow the price', isExit: false, calls: entries * Math.min(repricing.ofEntry, inSpan) },
    { cause: 'stops behind them', isExit: true, calls: legs * filled },
    { cause: 'positions held before: stops cancelled, closed', isExit: true, calls: held * (legs + 1) },
    { cause: 'square-off of the new ones: the same again', isExit: true, calls: (legs + 1) * filled },
    {
      cause: 'limits of exits follow the price',
      isExit: true,
      calls: (held + filled) * Math.min(repricing.ofExit, inSpan),
    },
    { cause: 'kill switch: entries withdrawn', isExit: true, calls: entries },
  ];
}

function callsOf(causes: readonly Cause[]): number {
  return causes.reduce((sum, { calls }) => sum + calls, 0);
}

/** Positions that may be open at once. */
export function mostPositions({ pairs, limits }: Pick<PlanFacts, 'pairs' | 'limits'>): number {
  return Math.min(pairs.length, limits.maxOpenPositions ?? Number.POSITIVE_INFINITY);
}

function entrySlices(span: Span, facts: PlanFacts): number {
  if (span !== 'hour') return heldSlices(facts);
  const { pairs } = facts;
  const lengths = [...new Set(pairs.map(({ everyMinutes }) => everyMinutes))];
  const slicesOf = new Map<string, number>();
  let sum = 0;
  for (let minute = 0; minute < MINUTES_PER_HOUR; minute += 1) {
    const closing = lengths.filter((length) => minute % length === 0);
    const name = closing.join();
    const slices =
      slicesOf.get(name) ??
      largest(
        pairs.filter(({ everyMinutes }) => closing.includes(everyMinutes)),
        mostPositions(facts),
      );
    slicesOf.set(name, slices);
    sum += slices;
  }
  return sum;
}

/**
 * Orders that the risk limits let be planned. A limit stops entries only, and looks before it lets one through: that one, the
 * exit of what it turns, and what follows behind positions come on top.
 */
function ordersAllowed(span: Span, { pairs, limits }: PlanFacts, held: number, legs: number): number {
  const onTop = 2 * largest(pairs, 1) + held * (legs + 1) - 1;
  const within = (limit: number | null): number => (limit === null ? Number.POSITIVE_INFINITY : limit + onTop);
  const inMinute = within(limits.maxOrdersPerMinute) * (span === 'hour' ? MINUTES_PER_HOUR : 1);
  return Math.min(inMinute, within(limits.maxOrdersPerDay));
}

function heldSlices(facts: PlanFacts): number {
  return largest(facts.pairs, mostPositions(facts));
}

/** Slices of the so many largest ones. */
function largest(pairs: readonly PlannedPair[], count: number): number {
  const sizes = pairs.map(({ slices }) => slices).sort((one, other) => other - one);
  return sizes.slice(0, count).reduce((sum, slices) => sum + slices, 0);
}
