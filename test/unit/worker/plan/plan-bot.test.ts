import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Bot, ConfiguredStrategy } from '../../../../src/config/load-bot.ts';
import type { InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import type { RiskLimits } from '../../../../src/engine/risk/risk-limits.ts';
import { defineStrategy } from '../../../../src/engine/strategy/strategy.ts';
import { factsOfBot } from '../../../../src/worker/plan/facts-of-bot.ts';
import { planBot } from '../../../../src/worker/plan/plan-bot.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';

const TCS = testInstrument('NSE:TCS');
const NIFTY = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
/** Whole lots of 65 below the freeze quantity: 27, or 1,755 units. */
const CALL = testInstrument('NFO:NIFTY:2026-11-24:26000:CE', {
  ...{ exchange: 'NFO', kind: 'OPTION', lotSize: 65, freezeQuantity: 1_800 },
});
const KNOWN = new Map([TCS, NIFTY, CALL].map((each) => [each.id, each]));
const OFTEN = { fillsPerOrder: 1, reconnectsPerHour: 6 };

const strategy = defineStrategy({
  ...{ name: 'idle', summary: '', params: z.object({}), scope: 'instrument' as const },
  ...{ warmUp: () => 1, create: () => ({ onCandle: () => undefined }) },
});

function bot(
  instruments: readonly InstrumentId[],
  sizing: ConfiguredStrategy['sizing'],
  maxPositionPerInstrument: number | null = null,
): Pick<Bot, 'strategies' | 'limits' | 'execution'> {
  const limits: RiskLimits = {
    ...{ dailyLossPaise: null, maxDrawdownPercent: null, maxOpenPositions: 10, maxPositionPerInstrument },
    ...{ maxOrderValuePaise: null, maxOrdersPerMinute: 60, maxOrdersPerDay: 100, priceBandPercent: null },
    ...{ cooldownAfterStopMs: null, losingStreak: null, intradayMarginPercent: 20, derivativeMarginPercent: 20 },
    squareOffBeforeCloseMs: 0,
  };
  const one = { strategy, instruments, params: {}, product: 'INTRADAY', sizing } as const;
  return { limits, execution: null, strategies: [{ ...one, id: 'five' as StrategyId, timeframe: '5m' }] };
}

const quantity = (units: number) => ({ kind: 'fixed-quantity', quantity: units }) as const;
const slices = (...given: Parameters<typeof bot>): readonly number[] =>
  factsOfBot(bot(...given), KNOWN, OFTEN).pairs.map((pair) => pair.slices);

describe('what the plan takes from the bot', () => {
  it('are orders no larger than the freeze quantity allows in whole lots', () => {
    expect(slices([CALL.id], quantity(1_755))).toEqual([1]);
    expect(slices([CALL.id], quantity(1_820))).toEqual([2]);
    expect(slices([CALL.id], quantity(65_000)), '37.04 of 1,755').toEqual([38]);
    expect(slices([CALL.id], quantity(65_000), 3_510), 'the risk limit is lower').toEqual([2]);
    expect(slices([CALL.id], { kind: 'fixed-value', rupees: 1_000 }, 3_511)).toEqual([3]);
    expect(slices([TCS.id], quantity(1_000_000)), 'a share has no freeze quantity').toEqual([1]);
  });

  it('leaves out what can not be traded, but not its candles', () => {
    const facts = factsOfBot(bot([NIFTY.id, TCS.id], quantity(1)), KNOWN, OFTEN);
    expect(facts.pairs).toMatchObject([{ instrumentId: TCS.id, everyMinutes: 5 }]);
    expect(facts.instruments).toBe(2);
  });

  it('says what it does not know', () => {
    const sizing = { kind: 'percent-of-equity', percent: 10 } as const;
    const unlisted = ['NSE:A' as InstrumentId, 'NSE:B' as InstrumentId];
    const { notes } = factsOfBot(bot([CALL.id, ...unlisted], sizing), KNOWN, OFTEN);
    expect(notes).toContain('NSE:A and 1 more: not in the instrument list, so one order takes any size');
    expect(notes.join()).toContain(`${CALL.id}: no limit on the size`);
  });
});

describe('the plan as text', () => {
  it('has a table a class, and a verdict with its figures', () => {
    const { json, text } = planBot(bot([TCS.id], quantity(1)), KNOWN, OFTEN);
    expect(json.isHeld).toBe(true);
    expect(text).toMatch(/^Instruments: 1; pairs of strategy and instrument: 1; positions at most: 1\.$/m);
    expect(text).toMatch(/^orderWrite +second +minute +hour$/m);
    expect(text).toMatch(/^ {2}limit +8 +500 +1,000$/m);
    expect(text).toMatch(/^ {2}kept for exits +2 +50 +100$/m);
    // Twelve entries an hour, 24 legs, 3 before, 36 to leave, 12 withdrawn.
    expect(text).toMatch(/^ {2}worst case +7 +7 +62$/m);
    // 6 + 9 calls: the last one is of the second lot of eight.
    expect(text).toMatch(/^The exit reserve holds: .* the last exit goes out after 1\.1 s\.$/m);
  });

  it('says why the reserve does not hold, and what to do', () => {
    const { json, text } = planBot(bot([CALL.id], quantity(65 * 27 * 80)), KNOWN, OFTEN);
    expect(json.isHeld).toBe(false);
    expect(text).toMatch(
      /^The exit reserve does not hold: in one minute exits may need \d+ order writes, and entries/m,
    );
    expect(text).toMatch(/^-> trade smaller positions/m);
  });
});
