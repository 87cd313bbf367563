import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Signal } from '../../../../src/core/signal.ts';
import { assess, RISK_RULES } from '../../../../src/engine/risk/risk-engine.ts';
import type { RiskLimits } from '../../../../src/engine/risk/risk-limits.ts';
import type { RiskContext } from '../../../../src/engine/risk/risk-rule.ts';
import { at, CALL, context, DAY, entry, FUTURE, holding, NEXT_DAY, SHARE, sessionOf } from './risk-cases.ts';

describe('the verdict', () => {
  it('allows what no rule denies', () => {
    expect(assess(entry(), context())).toEqual({ kind: 'ALLOWED' });
  });

  it('allocates nothing for an allowed signal', () => {
    expect(assess(entry(), context())).toBe(assess(entry({ side: 'SELL' }), context()));
  });

  it('gives the reason of the first rule that denies', () => {
    const all = { isKilled: true, isPaused: true, session: null };
    expect(assess(entry(), context(all))).toEqual({ kind: 'DENIED', reason: { code: 'KILL_SWITCH_ON' } });
    expect(assess(entry(), context({ ...all, isKilled: false }))).toMatchObject({ reason: { code: 'TRADING_PAUSED' } });
  });

  it('says that money is short when nothing could be sized, and names the lots when it is not', () => {
    const future = { instrument: FUTURE, product: 'CARRY_FORWARD', squareOffTime: null } as const;
    const unsized = entry({ quantity: 0, entryPrice: 25_000 });
    const code = (signal: Signal, risk: RiskContext) => {
      const verdict = assess(signal, risk);
      return verdict.kind === 'DENIED' ? verdict.reason.code : verdict.kind;
    };
    expect(code(unsized, context({ ...future, lastPrice: 25_000 }))).toBe('INSUFFICIENT_MARGIN');
    expect(code(unsized, context({ ...future, account: { availablePaise: 1_000_000_000 } }))).toBe(
      'NOT_A_LOT_MULTIPLE',
    );
  });

  it('asks each rule once, under a name of its own', () => {
    const names = RISK_RULES.map((rule) => rule.name);
    expect(new Set(names).size).toBe(22);
    expect(names).toHaveLength(22);
  });

  it('lets an exit through every switch and limit', () => {
    const exit = entry({ kind: 'EXIT', side: 'SELL', quantity: 7 });
    const worst = context({
      isKilled: true,
      isPaused: true,
      session: null,
      now: at('20:00:00'),
      position: holding(7),
      instrument: FUTURE,
      account: {
        availablePaise: -1,
        dayPaise: -1_000_000_000,
        equityPaise: 1,
        ordersToday: 1_000_000,
        ordersLastMinute: 1_000_000,
      },
      limits: {
        dailyLossPaise: 1,
        maxDrawdownPercent: 1,
        maxOrdersPerDay: 1,
        maxOrdersPerMinute: 1,
        maxOrderValuePaise: 1,
      },
    });
    expect(assess(exit, worst)).toEqual({ kind: 'ALLOWED' });
  });
});

/** Mostly off: if all were on, hardly any signal would be allowed. */
const limitOf = (max: number) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max }) });
const limits: fc.Arbitrary<RiskLimits> = fc.record({
  dailyLossPaise: limitOf(1_000_000),
  maxDrawdownPercent: limitOf(30),
  maxOpenPositions: limitOf(5),
  maxPositionPerInstrument: limitOf(300),
  maxOrderValuePaise: limitOf(20_000_000),
  maxOrdersPerMinute: limitOf(5),
  maxOrdersPerDay: limitOf(20),
  priceBandPercent: limitOf(5),
  cooldownAfterStopMs: limitOf(600_000),
  losingStreak: limitOf(4),
  intradayMarginPercent: fc.integer({ min: 1, max: 100 }),
  derivativeMarginPercent: fc.integer({ min: 1, max: 100 }),
  squareOffBeforeCloseMs: fc.constant(600_000),
});

const someContext: fc.Arbitrary<RiskContext> = fc
  .record({
    now: fc.integer({ min: at('09:00:00'), max: at('16:00:00') }),
    limits,
    account: fc.record({
      dayPaise: fc.integer({ min: -1_200_000, max: 100_000 }),
      equityPaise: fc.integer({ min: 6_500_000, max: 10_000_000 }),
      availablePaise: fc.constantFrom(0, 10_000_000, 1_000_000_000, 1_000_000_000),
      openPositions: fc.nat(4),
      pendingPositions: fc.nat(2),
      ordersLastMinute: fc.nat(6),
      ordersToday: fc.nat(25),
      losingStreak: fc.nat(5),
    }),
    instrument: fc.constantFrom(SHARE, SHARE, FUTURE, CALL),
    product: fc.constantFrom('DELIVERY', 'INTRADAY', 'CARRY_FORWARD'),
    session: fc.constantFrom(...Array.from({ length: 5 }, () => sessionOf(DAY)), sessionOf(NEXT_DAY), null),
    squareOffTime: fc.constantFrom(at('15:20:00'), null),
    position: fc.constantFrom(-65, 0, 0, 65).map(holding),
    workingEntryQuantity: fc.constantFrom(0, 0, 0, 0, 10),
    accountQuantity: fc.integer({ min: -300, max: 300 }),
    lastPrice: fc.option(fc.integer({ min: 950, max: 1_050 }), { nil: null }),
    lastStopTime: fc.option(fc.integer({ min: at('09:00:00'), max: at('16:00:00') }), { nil: null }),
  })
  .chain((changes) =>
    // Mostly on, as most of a day is: else hardly any signal would come as far as the limits.
    fc.record({ isKilled: rarely, isPaused: rarely }).map((switches) => context({ ...changes, ...switches })),
  );
const rarely = fc.integer({ min: 0, max: 19 }).map((number) => number === 0);

const someSignal = (kind: Signal['kind']) =>
  fc
    .record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      quantity: fc.constantFrom(0, 10, 65, 65, 65, 130),
      entryPrice: fc.integer({ min: 940, max: 1_060 }),
      expiresTime: fc.constantFrom(at('10:00:00'), at('17:00:00'), at('17:00:00')),
    })
    .map((changes) => entry({ kind, ...changes }));

/** Limits of which a larger one, or none, allows more. */
const RAISABLE = [
  'dailyLossPaise',
  'maxDrawdownPercent',
  'maxOpenPositions',
  'maxPositionPerInstrument',
  'maxOrderValuePaise',
  'maxOrdersPerMinute',
  'maxOrdersPerDay',
  'priceBandPercent',
  'losingStreak',
] as const satisfies readonly (keyof RiskLimits)[];

describe('verdicts on anything', () => {
  const anySignal = fc.oneof(someSignal('ENTRY'), someSignal('EXIT'));

  it('are the same for the same signal in the same context, and change neither', () => {
    fc.assert(
      fc.property(anySignal, someContext, (signal, risk) => {
        const before = structuredClone({ signal, risk });
        const verdict = assess(signal, risk);
        expect(assess(structuredClone(signal), structuredClone(risk))).toEqual(verdict);
        expect({ signal, risk }).toEqual(before);
      }),
    );
  });

  it('deny an exit only where there is nothing to exit', () => {
    fc.assert(
      fc.property(someSignal('EXIT'), someContext, (signal, risk) => {
        const expected =
          risk.position.quantity === 0
            ? { kind: 'DENIED', reason: { code: 'NO_POSITION_TO_EXIT' } }
            : { kind: 'ALLOWED' };
        expect(assess(signal, risk)).toEqual(expected);
      }),
    );
  });

  it('never turn from allowed to denied when a limit is raised or lifted', () => {
    let allowed = 0;
    const change = fc.record({
      name: fc.constantFrom(...RAISABLE),
      limit: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20_000_000 })),
      more: fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: null }),
    });
    fc.assert(
      fc.property(someSignal('ENTRY'), someContext, change, (signal, risk, { name, limit, more }) => {
        const withLimit = (value: number | null) => ({ ...risk, limits: { ...risk.limits, [name]: value } });
        if (assess(signal, withLimit(limit)).kind === 'DENIED') return;
        allowed++;
        expect(assess(signal, withLimit(more === null ? null : limit + more))).toEqual({ kind: 'ALLOWED' });
      }),
      { numRuns: 5_000 },
    );
    expect(allowed, 'too few are allowed for this to say anything').toBeGreaterThan(50);
  });

  it('turn from denied to allowed for each limit that is the only obstacle', () => {
    const tight: Partial<Record<(typeof RAISABLE)[number], Partial<RiskContext>>> = {
      maxOrderValuePaise: {},
      priceBandPercent: { lastPrice: 900 },
    };
    for (const [name, changes] of Object.entries(tight)) {
      const denied = { ...context(), ...changes, limits: { ...context().limits, [name]: 1 } };
      expect(assess(entry(), denied).kind, name).toBe('DENIED');
      expect(assess(entry(), { ...denied, limits: context().limits }).kind, name).toBe('ALLOWED');
    }
  });
});
