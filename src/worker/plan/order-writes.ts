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
  const pieces = facts.assumptions.fillsPerOrder;
  const legs = pieces;
  const held = heldSlices(facts);
  const ordersPerSlice = 2 + legs;
  const allowed = ordersAllowed(span, facts, held, legs);
  const entries = Math.min(entrySlices(span, facts), allowed, mostEntries);
  const isAllFilled = entries * ordersPerSlice <= allowed;
  const filled = isAllFilled ? entries : (allowed - entries) / (ordersPerSlice - 1);
  const protections = Math.ceil(legs * filled);
  const behindEntries = Math.ceil((2 * legs + 1) * filled);
  const { repricing } = facts;
  const inSpan = Math.ceil(SPAN_MS[span] / repricing.everyMs);
  return [
    { cause: 'entries', isExit: false, calls: entries },
    { cause: 'their limits follow the price', isExit: false, calls: entries * Math.min(repricing.ofEntry, inSpan) },
    { cause: 'stops behind them', isExit: true, calls: protections },
    { cause: 'positions held before: stops cancelled, closed', isExit: true, calls: held * (legs + 1) },
    { cause: 'square-off of the new ones: the same again', isExit: true, calls: behindEntries - protections },
    {
      cause: 'limits of exits follow the price',
      isExit: true,
      calls: Math.ceil(held + filled) * Math.min(repricing.ofExit, inSpan),
    },
    { cause: 'kill switch: entries withdrawn', isExit: true, calls: entries },
  ];
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
