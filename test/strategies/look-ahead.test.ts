/**
 * No strategy knows the future, and none needs all of the past. Whatever candles come later, what was decided and filled
 * before stays the same; and a start some days later gives the same decisions once the warm-up has worn off.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CandleColumns } from '../../src/core/candle-columns.ts';
import { parseDay } from '../../src/core/time.ts';
import { defineStrategy, enter, exit, type Strategy } from '../../src/engine/strategy/strategy.ts';
import { generateCandles } from '../../src/simulation/generate-candles.ts';
import { createRandom } from '../../src/simulation/random.ts';
import { template } from '../../strategies/_template/strategy.ts';
import { strategies } from '../../strategies/index.ts';
import { HAS_RECORDED, RECORDED_TITLE, recordedCandles } from '../support/indicator-series.ts';
import { columnsOf, type Replayed, replay, rowsOf } from './replay.ts';

/** Short periods, so that there is much to compare. A strategy that is not named here runs with its defaults. */
const LIVELY: Readonly<Record<string, object>> = {
  'ema-crossover': { fast: 3, slow: 8, allowShort: true, stopAtr: 2, targetPercent: 1, atrPeriod: 5 },
  'rsi-mean-reversion': { period: 5, oversold: 35, exitAbove: 60, stopPercent: 1, maxHoldCandles: 12 },
  'opening-range-breakout': { rangeMinutes: 15, allowShort: true },
  template: { period: 8 },
};

interface Series {
  readonly candles: CandleColumns;
  readonly timeframe: '1m' | '5m';
}

const generated: Series = {
  candles: generateCandles({ seed: 'look-ahead', count: 6_000, startPrice: 500, from: parseDay('2025-03-03') ?? 0 }),
  timeframe: '1m',
};
const recorded = (): Series => ({ candles: columnsOf(recordedCandles().slice(0, 12_000)), timeframe: '5m' });

/** Every short prefix, then some of every length. */
function prefixLengths(count: number): number[] {
  const random = createRandom('prefixes');
  const short = Array.from({ length: 40 }, (_, index) => index + 1);
  return [...short, ...Array.from({ length: 25 }, () => 41 + random.below(count - 42)), count - 1];
}

/** What the whole run had decided and filled by the end of the prefix, against the run over the prefix alone. */
function firstDifference(whole: Replayed, part: Replayed): object | undefined {
  const decided = whole.signals.filter(({ createdTime }) => createdTime <= part.end);
  const filled = whole.fills.filter(({ time }) => time < part.end);
  for (const [before, after] of [
    [part.signals, decided],
    [part.fills, filled],
  ] as const) {
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      const [alone, within] = [JSON.stringify(before[at]), JSON.stringify(after[at])];
      if (alone !== within) return { alone, within };
    }
  }
  return undefined;
}

/** The lengths of prefixes whose decisions later candles change. `strategyOver` makes the strategy for a run over candles. */
function leakingPrefixes(
  strategyOver: (candles: CandleColumns) => Strategy,
  params: object,
  { candles, timeframe }: Series,
): number[] {
  const whole = replay(strategyOver(candles), params, candles, timeframe);
  expect(whole.signals.length, 'signals to compare').toBeGreaterThan(10);
  return prefixLengths(candles.count).filter((length) => {
    const prefix = rowsOf(candles, 0, length);
    return firstDifference(whole, replay(strategyOver(prefix), params, prefix, timeframe)) !== undefined;
  });
}

const ALL: readonly Strategy[] = [...strategies.values(), template];

describe.each(ALL.map((strategy) => [strategy.name, strategy] as const))('%s', (name, strategy) => {
  const lively = LIVELY[name] ?? {};

  it('decides and trades the same whatever comes later', () => {
    expect(leakingPrefixes(() => strategy, lively, generated)).toEqual([]);
  });

  it.skipIf(!HAS_RECORDED)(`decides and trades the same whatever comes later, ${RECORDED_TITLE}`, () => {
    expect(leakingPrefixes(() => strategy, lively, recorded())).toEqual([]);
  });
});

// The template is left out: it holds a price against a mean, and where the two are equal the last bit of a running sum
// decides, which depends on where the sum began.
describe.each([...strategies])('%s', (name, strategy) => {
  const lively = LIVELY[name] ?? {};

  it('decides the same when it starts later, once the warm-up has worn off', () => {
    expectSameAfterLaterStart(strategy, lively, generated);
  });

  it.skipIf(!HAS_RECORDED)(`decides the same when it starts later, ${RECORDED_TITLE}`, () => {
    expectSameAfterLaterStart(strategy, lively, recorded());
  });
});

/**
 * An average over a window has forgotten the candles before it; an exponential one never does, but its seed's weight falls
 * by `1 - 2 / (period + 1)` a candle. With the longest of these (Wilder's average of 5 counts as an exponential one of 9)
 * it is below 1e-96 after 1,000 candles, far below what a double tells apart from a price, so nothing may differ. By then
 * positions are those of the signals since, too.
 */
function expectSameAfterLaterStart(strategy: Strategy, params: object, { candles, timeframe }: Series): void {
  const whole = replay(strategy, params, candles, timeframe);
  for (const start of [1, 37, 375, 1_501]) {
    const late = replay(strategy, params, rowsOf(candles, start, candles.count), timeframe);
    const from = candles.openTime[start + 1_000] ?? 0;
    const since = ({ signals }: Replayed): object[] => signals.filter(({ candleTime }) => candleTime >= from);
    expect(since(late).length, 'signals to compare').toBeGreaterThan(5);
    expect(since(late), `started at candle ${start}`).toEqual(since(whole));
  }
}

describe('a strategy that cheats', () => {
  const cheating = (look: (candles: CandleColumns, row: number) => 'in' | 'out' | 'stay') => (candles: CandleColumns) =>
    defineStrategy({
      name: 'cheat',
      summary: 'Has read the file to its end.',
      params: z.unknown(),
      scope: 'instrument',
      warmUp: () => 1,
      create: (ctx) => {
        let row = -1;
        return {
          onCandle: () => {
            row += 1;
            const wish = look(candles, row);
            const isHeld = ctx.position().quantity > 0;
            if (wish === 'in' && !isHeld) return enter({ side: 'BUY', reason: 'it will rise' });
            return wish === 'out' && isHeld ? exit({ reason: 'it will fall' }) : undefined;
          },
        };
      },
    });

  it('is caught when it looks at the next candle', () => {
    const next = cheating((candles, row) => {
      const [now, then] = [candles.close[row] ?? 0, candles.close[row + 1]];
      return then === undefined ? 'stay' : then > now ? 'in' : 'out';
    });
    expect(leakingPrefixes(next, {}, generated).length).toBeGreaterThan(20);
  });

  it('is caught when it measures by the whole file', () => {
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const known = new Map<CandleColumns, number>();
    const hindsight = cheating((candles, row) => {
      const middle = known.get(candles) ?? mean(candles.close);
      known.set(candles, middle);
      return (candles.close[row] ?? 0) < middle ? 'in' : 'out';
    });
    expect(leakingPrefixes(hindsight, {}, generated).length).toBeGreaterThan(20);
  });

  it('is caught when it looks two candles ahead', () => {
    const later = cheating((candles, row) =>
      (candles.close[row + 2] ?? 0) > (candles.close[row] ?? 0) ? 'in' : 'out',
    );
    expect(leakingPrefixes(later, {}, generated).length).toBeGreaterThan(5);
  });

  it('is not confused with an honest one', () => {
    const honest = cheating((candles, row) => {
      const [before, now] = [candles.close[row - 1] ?? Number.NaN, candles.close[row] ?? 0];
      return now > before ? 'in' : 'out';
    });
    expect(leakingPrefixes(honest, {}, generated)).toEqual([]);
  });
});
