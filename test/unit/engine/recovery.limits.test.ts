import { describe, expect, it } from 'vitest';
import type { StrategyId } from '../../../src/core/ids.ts';
import { DAY_MS, formatDay } from '../../../src/core/time.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import type { AccountRecord } from '../../../src/ports/ledger.ts';
import { SessionRecorder } from '../../../src/simulation/session-recorder.ts';
import { at, type BenchOptions, decideAt, EngineBench, RELIANCE } from '../../support/engine-bench.ts';
import { dayNumber, testInstrument } from '../../support/fixed-calendar.ts';
import { onCandles, scriptedStrategy } from '../../support/scripted-strategy.ts';

const BUY = enter({ side: 'BUY', reason: 'up' });
const SELL = exit({ reason: 'down' });
const FRIDAY = formatDay(dayNumber('2026-07-30') + 1);

/** Buys and sells at these times, every day. */
const TIMES = { '10:00': BUY, '10:02': SELL, '10:10': BUY, '11:00': BUY };

function open(options: Partial<BenchOptions>): EngineBench {
  return new EngineBench({ strategy: decideAt(TIMES), quantity: 100, ...options });
}

function recordOf({ effects, engine }: EngineBench, changes: Partial<AccountRecord> = {}): AccountRecord {
  const recorder = new SessionRecorder();
  for (const effect of effects) recorder.take(effect);
  const { switches, portfolio } = engine.parts;
  return { ...recorder.session(), withdrawn: [], switches: { ...switches }, marks: portfolio.marks, ...changes };
}

/** Another engine that goes on where this one was cut. */
function restarted(bench: EngineBench, options: Partial<BenchOptions>, changes?: Partial<AccountRecord>): EngineBench {
  const next = open(options);
  next.engine.restore(recordOf(bench, changes));
  return next;
}

/** A round trip at these prices, done at once. */
function roundTrip(bench: EngineBench, prices: readonly [number, number]): void {
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'), { price: prices[0] });
  bench.candle('10:02');
  bench.fill(bench.last('EXIT'), { price: prices[1] });
}

function verdictAt(bench: EngineBench, clock: string, price = 100, day?: string): string {
  const before = bench.decided.length;
  bench.candle(clock, price, day === undefined ? {} : { day });
  const verdict = bench.decided.slice(before).find(({ kind }) => kind === 'ENTRY')?.verdict;
  return verdict === undefined ? 'none' : verdict.kind === 'DENIED' ? verdict.reason.code : verdict.kind;
}

describe('after a restart', () => {
  it.each([
    ['DAILY_LOSS_LIMIT', { dailyLossPaise: 1_000_00 }, [100, 90]],
    ['LOSING_STREAK_LOCK', { losingStreak: 1 }, [100, 99]],
    ['MAX_ORDERS_PER_DAY', { maxOrdersPerDay: 2 }, [100, 101]],
    ['MAX_DRAWDOWN', { maxDrawdownPercent: 0.1 }, [100, 90]],
  ] as const)('%s still holds', (code, limits, prices) => {
    const first = open({ limits });
    roundTrip(first, prices);
    expect(verdictAt(restarted(first, { limits }), '10:10')).toBe(code);
    expect(verdictAt(restarted(first, {}), '10:10'), 'without the limit').toBe('ALLOWED');
    expect(verdictAt(first, '10:10'), 'as without a restart').toBe(code);
  });

  it('orders of the last minute are counted', () => {
    const limits = { maxOrdersPerMinute: 1 };
    const strategy = () => decideAt({ '10:00': BUY, '10:01': SELL }, 'one');
    const other = () => decideAt({ '10:00': BUY }, 'two');
    const bench = new EngineBench({ strategy: strategy(), limits });
    bench.candle('10:00');
    const next = new EngineBench({ strategy: other(), others: [strategy()], limits });
    next.engine.restore(recordOf(bench));
    next.candle('10:00');
    expect(next.decided.map(({ strategyId, verdict }) => [strategyId, verdict.kind])).toEqual([['two', 'DENIED']]);
  });

  it('what is held, and what is on order, is exposure', () => {
    const limits = { maxOpenPositions: 1, maxPositionPerInstrument: 150 };
    const first = open({ limits });
    first.candle('10:00');
    expect(verdictAt(restarted(first, { limits }), '10:10'), 'on order').toBe('DUPLICATE_EXPOSURE');
    first.fill(first.last('ENTRY'), { price: 100 });
    const held = restarted(first, { limits, others: [decideAt({ '10:10': BUY }, 'other')] });
    held.candle('10:10');
    const codes = held.decided.map(({ strategyId, verdict }) => [
      strategyId as StrategyId as string,
      verdict.kind === 'DENIED' ? verdict.reason.code : verdict.kind,
    ]);
    expect(codes).toContainEqual(['other', 'MAX_OPEN_POSITIONS']);
    expect(codes).toContainEqual(['scripted', 'DUPLICATE_EXPOSURE']);
  });

  it('the peak of days before counts, with what was only open then', () => {
    const options = { product: 'DELIVERY', limits: { maxDrawdownPercent: 0.5 } } as const;
    const first = open(options);
    first.candle('10:00');
    first.fill(first.last('ENTRY'), { price: 100 });
    first.candle('10:04', 200);
    // Ten thousand rupees up, one per cent of the capital; somebody has looked.
    expect(first.engine.parts.portfolio.peakEquityPaise).toBe(10_10_000_00);
    const others = [decideAt({ '10:10': BUY }, 'other')];
    const verdictOf = (changes?: Partial<AccountRecord>) => {
      const next = restarted(first, { ...options, others }, changes);
      next.candle('10:09', 100, { day: FRIDAY });
      next.candle('10:10', 100, { day: FRIDAY });
      const signal = next.decided.find(({ strategyId }) => strategyId === 'other');
      return signal?.verdict.kind === 'DENIED' ? signal.verdict.reason.code : signal?.verdict.kind;
    };
    expect(verdictOf()).toBe('MAX_DRAWDOWN');
    expect(verdictOf({ marks: undefined }), 'fills alone do not tell it').toBe('ALLOWED');
  });

  it('the day goes on from where it began, with what was held over night at the price it had then', () => {
    const options = { product: 'DELIVERY', limits: { dailyLossPaise: 3_000_00 } } as const;
    const first = open(options);
    first.candle('10:00');
    first.fill(first.last('ENTRY'), { price: 100 });
    first.candle('15:00', 140);
    first.candle('09:30', 120, { day: FRIDAY });
    expect(first.engine.parts.portfolio.dayPaise, 'down from 140').toBe(-2_000_00);
    const next = restarted(first, options);
    next.candle('09:31', 115, { day: FRIDAY });
    expect(next.engine.parts.portfolio.dayPaise).toBe(-2_500_00);
    // A day that has begun since is a new one.
    const later = restarted(first, options);
    const monday = formatDay(dayNumber(FRIDAY) + 3);
    later.candle('15:00', 115, { day: FRIDAY });
    later.candle('09:30', 114, { day: monday });
    expect(later.engine.parts.portfolio.dayPaise).toBe(-100_00);
    expect(at('09:30', monday) - at('09:30', FRIDAY)).toBe(3 * DAY_MS);
  });

  it('what was lost in a contract that is not listed any more stays lost', () => {
    const limits = { maxDrawdownPercent: 0.1 };
    const first = open({ limits });
    roundTrip(first, [100, 90]);
    const TCS = testInstrument('NSE:TCS');
    const strategy = scriptedStrategy({ instruments: [TCS], create: onCandles(() => BUY) });
    const next = new EngineBench({ strategy, instruments: [TCS], limits });
    next.engine.restore(recordOf(first));
    expect(next.engine.parts.portfolio.equityPaise).toBe(first.engine.parts.portfolio.equityPaise);
    next.candle('10:10', 100, { instrumentId: TCS.id });
    expect(next.decided.at(-1)?.verdict).toMatchObject({ kind: 'DENIED', reason: { code: 'MAX_DRAWDOWN' } });
    expect(RELIANCE.id).not.toBe(TCS.id);
  });
});
