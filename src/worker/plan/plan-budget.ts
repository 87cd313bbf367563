/**
 * The rate-budget planner: the worst case of calls per window, and whether exits find room in it. Entry point:
 * `planBudget`; pure.
 *
 * The reserve holds when, in every window longer than a second, all exits of the worst case fit beside the entries that the
 * budget lets through, and when those of one minute, wanted in the same second in which entries have used up their share,
 * are out within a minute. A second is too short for any account with more than a few positions: there the drain counts.
 */
import { CALL_CLASSES, type CallClass } from '../../brokers/angel-one/rest/call-class.ts';
import type { BudgetWindow } from '../../brokers/shared/rate-budget.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { BudgetPlan, Cause, ClassPlan, PlanFacts, Span, WindowPlan } from './budget-plan.ts';
import { drainMs } from './drain-time.ts';
import { exitWritesIn, mostPositions, orderWritesIn } from './order-writes.ts';
import { otherCallsIn } from './other-calls.ts';

export interface BudgetRules {
  readonly windowsOf: (callClass: CallClass) => readonly BudgetWindow[];
  /** The budget's windows are wider than the broker's by this much. */
  readonly jitterMs: number;
}

type Verdict = Pick<BudgetPlan, 'isHeld' | 'reasons' | 'exitDrainMs'>;

const SPAN_MS: Readonly<Record<Span, number>> = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS };
const SPANS: readonly Span[] = ['second', 'minute', 'hour'];
const LONGEST_DRAIN_MS = MINUTE_MS;
const WHOLE = new Intl.NumberFormat('en-IN');

export function planBudget(facts: PlanFacts, rules: BudgetRules): BudgetPlan {
  const verdict = judge(facts, rules);
  return {
    ...verdict,
    todo: verdict.isHeld ? [] : advise(facts, rules),
    pairs: facts.pairs.length,
    positions: mostPositions(facts),
    instruments: facts.instruments,
    classes: CALL_CLASSES.flatMap((callClass) => classPlan(callClass, facts, rules)),
  };
}

function classPlan(callClass: CallClass, facts: PlanFacts, rules: BudgetRules): readonly ClassPlan[] {
  const windows = rules.windowsOf(callClass);
  const plans = SPANS.flatMap((span) => {
    const window = windows.find(({ ms }) => ms === SPAN_MS[span]);
    const causes = causesOf(callClass, span, facts).filter(({ calls }) => calls > 0);
    return window === undefined || causes.length === 0 ? [] : [windowPlan(span, window, causes, windows, rules)];
  });
  return plans.length === 0 ? [] : [{ callClass, windows: plans }];
}

function causesOf(callClass: CallClass, span: Span, facts: PlanFacts): readonly Cause[] {
  if (callClass === 'orderWrite') return orderWritesIn(span, facts);
  return otherCallsIn(span, facts).flatMap(([each, causes]) => (each === callClass ? causes : []));
}

function windowPlan(
  span: Span,
  { limit, exitReserve }: BudgetWindow,
  causes: readonly Cause[],
  windows: readonly BudgetWindow[],
  { jitterMs }: BudgetRules,
): WindowPlan {
  const calls = sumOf(causes);
  const exits = sumOf(causes.filter(({ isExit }) => isExit));
  const exitWindows = widened(windows, jitterMs);
  const otherWindows = widened(windows, jitterMs, true);
  return {
    ...{ span, limit, exitReserve, calls, exits },
    causes: causes.map((each) => ({
      ...each,
      drainMs: drainMs({ calls: each.calls, windows: each.isExit ? exitWindows : otherWindows }),
    })),
    fits: calls <= limit && calls - exits <= limit - exitReserve,
    drainMs: drainMs({ calls: exits, windows: exitWindows }, { calls: calls - exits, windows: otherWindows }),
  };
}

function judge(facts: PlanFacts, { windowsOf, jitterMs }: BudgetRules): Verdict {
  const windows = windowsOf('orderWrite');
  const reasons: string[] = [];
  let shareOfSecond = 0;
  for (const { limit, exitReserve, ms } of windows) {
    const share = limit - exitReserve;
    if (ms === SECOND_MS) shareOfSecond = share;
    const span = SPANS.find((each) => SPAN_MS[each] === ms);
    if (span === undefined || span === 'second') continue;
    const causes = orderWritesIn(span, facts, share);
    const calls = sumOf(causes);
    if (calls <= limit) continue;
    const exits = sumOf(causes.filter(({ isExit }) => isExit));
    const left = limit - (calls - exits);
    reasons.push(
      `in one ${span} exits may need ${WHOLE.format(exits)} order writes, and entries leave ${WHOLE.format(left)} of ${WHOLE.format(limit)}`,
    );
  }
  const exits = exitWritesIn('minute', facts);
  const exitWindows = widened(windows, jitterMs);
  const exitDrainMs = drainMs({ calls: shareOfSecond, windows: [] }, { calls: exits, windows: exitWindows });
  if (exitDrainMs > LONGEST_DRAIN_MS) {
    const seconds = Math.ceil(exitDrainMs / SECOND_MS);
    reasons.push(`to square everything off takes ${WHOLE.format(exits)} order writes, and these take ${seconds} s`);
  }
  return { isHeld: reasons.length === 0, reasons, exitDrainMs };
}

/** The highest limits with which it would hold, one at a time. */
function advise(facts: PlanFacts, rules: BudgetRules): readonly string[] {
  const holdsWith = (limits: Partial<PlanFacts['limits']>): boolean =>
    judge({ ...facts, limits: { ...facts.limits, ...limits } }, rules).isHeld;
  const positions = highest(mostPositions(facts) - 1, (maxOpenPositions) => holdsWith({ maxOpenPositions }));
  const perHour = Math.max(0, ...rules.windowsOf('orderWrite').map(({ limit }) => limit));
  const ceiling = (facts.limits.maxOrdersPerDay ?? perHour + 1) - 1;
  const orders = highest(ceiling, (maxOrdersPerDay) => holdsWith({ maxOrdersPerDay }));
  const todo = [
    ...(orders === undefined ? [] : [`set risk.maxOrdersPerDay to ${orders} or less`]),
    ...(positions === undefined ? [] : [`set risk.maxOpenPositions to ${positions} or less`]),
  ];
  return todo.length > 0 ? todo : ['trade smaller positions: what one of them takes is too much already'];
}

/** The highest whole number from 1 to `most` for which it is true; it is true below whenever it is true above. */
function highest(most: number, isTrue: (value: number) => boolean): number | undefined {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isTrue(middle)) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? low : undefined;
}

/** As the budget keeps them. */
function widened(windows: readonly BudgetWindow[], jitterMs: number, isReserveKept = false) {
  return windows.map(({ limit, ms, exitReserve }) => {
    return { limit: isReserveKept ? limit - exitReserve : limit, ms: ms + jitterMs };
  });
}

function sumOf(causes: readonly Cause[]): number {
  return causes.reduce((sum, { calls }) => sum + calls, 0);
}
