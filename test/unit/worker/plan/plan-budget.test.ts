import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { angelOneWindows } from '../../../../src/brokers/angel-one/call-limits.ts';
import type { InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import type { PlanFacts, PlannedPair, Span } from '../../../../src/worker/plan/budget-plan.ts';
import { orderWritesIn } from '../../../../src/worker/plan/order-writes.ts';
import { planBudget } from '../../../../src/worker/plan/plan-budget.ts';

const RULES = { windowsOf: angelOneWindows(), jitterMs: 100 };

function pair(everyMinutes = 5, slices = 1): PlannedPair {
  return { strategyId: 's' as StrategyId, instrumentId: 'NSE:TCS' as InstrumentId, slices, everyMinutes };
}

function pairs(count: number, everyMinutes = 5): readonly PlannedPair[] {
  return Array.from({ length: count }, () => pair(everyMinutes));
}

function facts(
  given: readonly PlannedPair[],
  changes: Partial<PlanFacts['limits']> = {},
  fillsPerOrder = 2,
): PlanFacts {
  return {
    pairs: given,
    instruments: given.length,
    limits: { maxOpenPositions: null, maxOrdersPerMinute: null, maxOrdersPerDay: null, ...changes },
    assumptions: { fillsPerOrder, reconnectsPerHour: 6 },
    repricing: { ofEntry: 0, ofExit: 0, everyMs: 1_000 },
  };
}

/** But for limits that follow the price. */
const writes = (span: Span, given: PlanFacts): readonly number[] =>
  orderWritesIn(span, given).flatMap(({ cause, calls }) => (cause.includes('follow') ? [] : [calls]));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Entries, stops behind their two pieces, what was held before, square-off of the new ones, entries withdrawn. */
describe('order writes in the worst case', () => {
  it('of one position: one entry, two stops, three to leave the one before, three to leave it, one withdrawn', () => {
    expect(writes('minute', facts([pair()]))).toEqual([1, 2, 3, 3, 1]);
    expect(writes('second', facts([pair()])), 'all of it may be wanted at once').toEqual([1, 2, 3, 3, 1]);
    // Twelve candles of five minutes in an hour.
    expect(writes('hour', facts([pair()]))).toEqual([12, 24, 3, 36, 12]);
  });

  it('count the largest positions that may be open at once', () => {
    // Two of three may be open: the one of three slices and one of the others, four slices.
    expect(writes('minute', facts([pair(5, 1), pair(5, 3), pair(5, 1)], { maxOpenPositions: 2 }))).toEqual([
      ...[4, 8, 12, 12, 4],
    ]);
  });

  it('count a stop for each piece', () => {
    // Four stops: placed, and cancelled with one exit.
    expect(writes('minute', facts([pair()], {}, 4))).toEqual([1, 4, 5, 5, 1]);
  });

  it('count the candles that close together in an hour', () => {
    // Two positions at most. 16 times only the two of three minutes close, 8 times only the one of five, 4 times all three:
    // 16 x 2 + 8 x 1 + 4 x 2 = 48.
    const given = facts([pair(3), pair(3), pair(5)], { maxOpenPositions: 2 });
    expect(writes('hour', given)[0]).toBe(48);
    expect(writes('hour', facts([pair(1_440)]))[0], 'a daily candle closes once').toBe(1);
  });

  it('are divided between filled and withdrawn entries where a limit on orders binds', () => {
    // On top of 100: the last entry and the exit of what it turns, legs and exit of the position behind it: 100 + 1 + 3 = 104.
    // A withdrawn entry is one order and two writes; a filled one takes three orders more, and five writes. 59 entries leave
    // 45 orders, of which 15 are filled: 118 + 75 writes; 60 would leave 14: 120 + 70.
    expect(writes('hour', facts([pair(1)], { maxOrdersPerDay: 100 }))).toEqual([59, 30, 3, 45, 59]);
    // Of 20 + 4 orders all are entries: 48 writes; with one of 21 filled it would be 42 + 5.
    expect(writes('hour', facts([pair(1)], { maxOrdersPerDay: 20 }))).toEqual([24, 0, 3, 0, 24]);
    // Ten positions: 5 - 1 + 2 + 10 x 3 = 36 orders. Nine entries leave 27 of them, three for each that is filled: all nine.
    expect(writes('minute', facts(pairs(10), { maxOrdersPerMinute: 5 }))).toEqual([9, 18, 30, 27, 9]);
  });
});

describe('limits that follow the price', () => {
  const followed = (everyMs: number): PlanFacts => {
    return { ...facts([pair()], {}, 1), repricing: { ofEntry: 3, ofExit: 7, everyMs } };
  };
  const follow = (span: Span, given: PlanFacts) =>
    orderWritesIn(span, given).flatMap(({ cause, isExit, calls }) =>
      cause.includes('follow') ? [{ isExit, calls }] : [],
    );

  it('are changed as often as the policy allows: three times an entry, seven times each of two exits', () => {
    expect(follow('minute', followed(3_000))).toEqual([
      { isExit: false, calls: 3 },
      { isExit: true, calls: 14 },
    ]);
    expect(follow('hour', followed(3_000))).toEqual([
      { isExit: false, calls: 12 * 3 },
      { isExit: true, calls: 13 * 7 },
    ]);
  });

  it('are changed no more often than a span has room for', () => {
    expect(follow('second', followed(3_000)).map(({ calls }) => calls)).toEqual([1, 2]);
    expect(follow('second', followed(500)).map(({ calls }) => calls)).toEqual([2, 4]);
  });
});

describe('the exit reserve', () => {
  it('holds for ten positions: 90 exits, eight in 1.1 s behind six entries', () => {
    const plan = planBudget(facts(pairs(10, 15)), RULES);
    // 6 + 90 calls, the last one of the 12th lot of eight: 11 x 1.1 s.
    expect(plan).toMatchObject({ isHeld: true, reasons: [], todo: [], positions: 10, exitDrainMs: 12_100 });
    const orders = plan.classes.find(({ callClass }) => callClass === 'orderWrite');
    // An hour: 40 entries, 80 legs, 30 before, 120 to leave, 40 withdrawn.
    expect(orders?.windows).toMatchObject([
      { span: 'second', limit: 8, exitReserve: 2, calls: 100, exits: 90, fits: false },
      { span: 'minute', limit: 500, exitReserve: 50, calls: 100, exits: 90, fits: true },
      { span: 'hour', limit: 1_000, exitReserve: 100, calls: 310, exits: 270, fits: true },
    ]);
  });

  it('does not hold for sixty: 600 writes in a minute; the advice is the highest limit with which it does', () => {
    const given = facts(pairs(60, 60));
    const { isHeld, reasons, todo, exitDrainMs } = planBudget(given, RULES);
    expect(isHeld).toBe(false);
    expect(reasons[0]).toBe('in one minute exits may need 540 order writes, and entries leave 440 of 500');
    expect(exitDrainMs).toBeGreaterThan(60_000);
    // Ten writes a position: fifty fit into the minute. But of 6 + 9 x 49 = 447 calls the last is in the 56th lot of eight,
    // 55 x 1.1 s = 60.5 s; of 6 + 9 x 48 = 438 in the 55th: 59.4 s.
    expect(todo).toContain('set risk.maxOpenPositions to 48 or less');
    expect(planBudget({ ...given, limits: { ...given.limits, maxOpenPositions: 48 } }, RULES)).toMatchObject({
      ...{ isHeld: true, exitDrainMs: 59_400 },
    });
    expect(planBudget({ ...given, limits: { ...given.limits, maxOpenPositions: 49 } }, RULES).isHeld).toBe(false);
  });

  it('does not hold when an hour is too short, and says how many orders a day would do', () => {
    // 200 entries; of 500 + 1 + 30 orders 331 are left to the filled ones, 110.3 of them: 200 + 220.7 + 331 + 30 + 200 writes.
    expect(planBudget(facts(pairs(10, 3), { maxOrdersPerDay: 500 }), RULES).isHeld).toBe(true);
    const more = facts(pairs(10, 1), { maxOrdersPerDay: 500 });
    // 600 entries are more than the 531 orders: all of them are entries, and withdrawn.
    expect(planBudget(more, RULES).reasons).toEqual([
      'in one hour exits may need 561 order writes, and entries leave 469 of 1,000',
    ]);
    const advised = Number(/maxOrdersPerDay to (\d+)/.exec(planBudget(more, RULES).todo.join())?.[1]);
    const withLimit = (maxOrdersPerDay: number) =>
      planBudget({ ...more, limits: { ...more.limits, maxOrdersPerDay } }, RULES);
    expect([withLimit(advised).isHeld, withLimit(advised + 1).isHeld]).toEqual([true, false]);
    const inHour = (limit: number) =>
      sum(writes('hour', { ...more, limits: { ...more.limits, maxOrdersPerDay: limit } }));
    expect(inHour(advised)).toBeLessThanOrEqual(1_000);
    expect(inHour(advised + 1)).toBeGreaterThan(1_000);
  });

  it('can not hold for one position of very many slices: the position has to be smaller', () => {
    expect(planBudget(facts([pair(60, 100)]), RULES)).toMatchObject({
      isHeld: false,
      todo: ['trade smaller positions: what one of them takes is too much already'],
    });
  });
});

describe('other classes', () => {
  it('candles of 200 instruments take minutes after a reconnect', () => {
    const plan = planBudget({ ...facts(pairs(1)), instruments: 200 }, RULES);
    const candles = plan.classes.find(({ callClass }) => callClass === 'candles');
    const [second, , hour] = candles?.windows ?? [];
    // Two in 1.1 s: the last two of 200 go out after 99 x 1.1 s.
    expect(second?.causes.map(({ calls, drainMs }) => [calls, drainMs])).toEqual(Array(3).fill([200, 108_900]));
    expect([second?.calls, second?.fits]).toEqual([600, false]);
    // A start and six reconnects of two calls each: 13 x 200.
    expect([hour?.calls, hour?.fits]).toEqual([2_600, true]);
  });

  it('books are looked at in time when all goes well, and slowly when every answer is lost', () => {
    const plan = planBudget(facts(pairs(1)), RULES);
    for (const name of ['orderBook', 'tradeBook']) {
      const [second] = plan.classes.find(({ callClass }) => callClass === name)?.windows ?? [];
      // Ten writes looked up twice, and three looks besides.
      expect(second).toMatchObject({ limit: 1, calls: 23, fits: false, drainMs: 24_200 });
    }
  });
});

const anyPair = fc
  .record({ every: fc.constantFrom(1, 3, 5, 10, 15, 30, 60, 1_440), slices: fc.integer({ min: 1, max: 6 }) })
  .map(({ every, slices }) => pair(every, slices));
const limit = (max: number) => fc.option(fc.integer({ min: 1, max }));
const anyFacts = fc.record({
  pairs: fc.array(anyPair, { maxLength: 40 }),
  instruments: fc.nat(300),
  limits: fc.record({ maxOpenPositions: limit(40), maxOrdersPerMinute: limit(200), maxOrdersPerDay: limit(2_000) }),
  assumptions: fc.record({ fillsPerOrder: fc.integer({ min: 1, max: 3 }), reconnectsPerHour: fc.nat(6) }),
  repricing: fc.record({ ofEntry: fc.nat(7), ofExit: fc.nat(7), everyMs: fc.integer({ min: 100, max: 90_000 }) }),
});

it('more instruments or strategies never make the worst case smaller, nor save the reserve', () => {
  fc.assert(
    fc.property(anyFacts, fc.array(anyPair, { maxLength: 5 }), fc.nat(20), (given, morePairs, moreInstruments) => {
      const before = planBudget(given, RULES);
      const more = {
        ...given,
        pairs: [...given.pairs, ...morePairs],
        instruments: given.instruments + moreInstruments,
      };
      const after = planBudget(more, RULES);
      if (!before.isHeld) expect(after.isHeld).toBe(false);
      expect(after.positions).toBeGreaterThanOrEqual(before.positions);
      for (const { callClass, windows } of before.classes) {
        const others = after.classes.find((each) => each.callClass === callClass)?.windows ?? [];
        for (const { span, calls } of windows) {
          expect(others.find((each) => each.span === span)?.calls, `${callClass} a ${span}`).toBeGreaterThanOrEqual(
            calls,
          );
        }
      }
    }),
  );
});

it('the sum of the causes is the worst case', () => {
  fc.assert(
    fc.property(anyFacts, (given) => {
      for (const { windows } of planBudget(given, RULES).classes) {
        for (const { calls, causes } of windows) expect(sum(causes.map((each) => each.calls))).toBe(calls);
      }
    }),
  );
});
