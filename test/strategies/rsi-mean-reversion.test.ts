import { describe, expect, it } from 'vitest';
import { rsiMeanReversion } from '../../strategies/rsi-mean-reversion/strategy.ts';
import { candlesOfCloses } from '../support/indicator-series.ts';
import { StrategyDriver } from '../support/strategy-context.ts';

/** RSI over 2 changes: a rise, then falls push it under 30 and rises above 55. */
const QUICK = { period: 2 };

function kinds(driver: StrategyDriver<unknown>, closes: readonly number[]): string[] {
  return driver.run(candlesOfCloses(closes)).map((drafts) => drafts.map(({ kind }) => kind).join(' '));
}

describe('rsi-mean-reversion', () => {
  it('buys when the RSI falls below the level and sells when it has recovered', () => {
    // RSI from candle 3: 100, 33.3, 14.3, 53.8, 81.1
    const closes = [100, 101, 102, 100, 98, 99.5, 102];
    expect(kinds(new StrategyDriver(rsiMeanReversion, QUICK), closes)).toEqual(['', '', '', '', 'ENTRY', '', 'EXIT']);
  });

  it('does not buy because the RSI was low from the start', () => {
    expect(kinds(new StrategyDriver(rsiMeanReversion, QUICK), [100, 99, 98, 97, 96])).toEqual(['', '', '', '', '']);
  });

  it('does not buy again below the level after it was stopped out', () => {
    const driver = new StrategyDriver(rsiMeanReversion, QUICK, { fills: false });
    expect(kinds(driver, [100, 101, 102, 100, 98, 96, 95, 94]).filter((kind) => kind !== '')).toEqual(['ENTRY']);
    // Recovers and falls through the level once more.
    expect(kinds(driver, [99, 104, 100, 96, 92]).filter((kind) => kind !== '')).toEqual(['ENTRY']);
  });

  it('asks to leave on every candle that finds it held above the exit level', () => {
    const driver = new StrategyDriver(rsiMeanReversion, QUICK, { fills: false });
    driver.context.quantity = 10;
    expect(kinds(driver, [100, 101, 102, 103])).toEqual(['', '', 'EXIT', 'EXIT']);
  });

  it('leaves after the longest time it may hold, counted in closed candles', () => {
    const driver = new StrategyDriver(rsiMeanReversion, { ...QUICK, maxHoldCandles: 3 });
    const slide = [100, 101, 102, 100, 98, 97, 96, 95, 94];
    expect(kinds(driver, slide)).toEqual(['', '', '', '', 'ENTRY', '', '', 'EXIT', '']);
  });

  it('counts anew for each position', () => {
    const driver = new StrategyDriver(rsiMeanReversion, { ...QUICK, maxHoldCandles: 3 });
    kinds(driver, [100, 101, 102, 100, 98, 97, 96]);
    driver.flatten();
    expect(kinds(driver, [103, 106, 101, 96, 95, 94, 93])).toEqual(['', '', '', 'ENTRY', '', '', 'EXIT']);
  });

  it('places stop-loss and target by percent of the close', () => {
    const driver = new StrategyDriver(rsiMeanReversion, { ...QUICK, stopPercent: 1, targetPercent: 2 });
    const [draft] = driver.run(candlesOfCloses([1000, 1010, 1020, 1010, 980])).at(-1) ?? [];
    expect(draft).toMatchObject({ kind: 'ENTRY', side: 'BUY' });
    expect(draft?.kind === 'ENTRY' && draft.stopLoss).toBeCloseTo(970.2, 9);
    expect(draft?.kind === 'ENTRY' && draft.target).toBeCloseTo(999.6, 9);
  });

  it('refuses an exit level that is not above the entry level', () => {
    const { error } = rsiMeanReversion.params.safeParse({ oversold: 55 });
    expect(error?.issues.map(({ path, message }) => [path[0], message])).toEqual([
      ['oversold', 'a level below exitAbove (55)'],
    ]);
  });

  it('warms up for the RSI', () => {
    expect(rsiMeanReversion.warmUp({ period: 14, oversold: 30, exitAbove: 55 })).toBe(15);
  });
});
