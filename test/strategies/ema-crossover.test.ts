import { describe, expect, it } from 'vitest';
import { emaCrossover } from '../../strategies/ema-crossover/strategy.ts';
import { candlesOfCloses, candleWith, openTimeOf } from '../support/indicator-series.ts';
import { StrategyDriver } from '../support/strategy-context.ts';

/** With EMA 1 (the close itself) and EMA 3: seed 10, then it halves the distance to each close. */
const SMALL = { fast: 1, slow: 3 };

function decisions(params: object, closes: readonly number[]) {
  const driver = new StrategyDriver(emaCrossover, params);
  return driver.run(candlesOfCloses(closes)).map((drafts) => drafts.map(({ reason: _, ...draft }) => draft));
}

const BUY = { kind: 'ENTRY', side: 'BUY', stopLoss: undefined, target: undefined };
const SELL = { ...BUY, side: 'SELL' };
const EXIT = { kind: 'EXIT' };

describe('ema-crossover', () => {
  it('enters on the cross above and leaves on the cross below, once each', () => {
    // Warm-up at the third; then above, above, below, below, above.
    const closes = [10, 10, 10, 12, 13, 9, 8, 12];
    expect(decisions(SMALL, closes)).toEqual([[], [], [], [BUY], [], [EXIT], [], [BUY]]);
  });

  it('sees no cross at the first candle asked, whichever way the averages lie', () => {
    expect(decisions(SMALL, [10, 10, 13, 14, 15])).toEqual([[], [], [], [], []]);
    expect(decisions({ ...SMALL, allowShort: true }, [10, 10, 7, 6, 5])).toEqual([[], [], [], [], []]);
  });

  it('counts leaving equality as a cross, and staying equal as none', () => {
    // The averages of flat prices are equal.
    expect(decisions(SMALL, [10, 10, 10, 10, 11])).toEqual([[], [], [], [], [BUY]]);
    expect(decisions({ ...SMALL, allowShort: true }, [10, 10, 10, 10, 9])).toEqual([[], [], [], [], [SELL]]);
  });

  it('leaves nothing when it holds nothing, and enters nothing while it holds', () => {
    const driver = new StrategyDriver(emaCrossover, SMALL, { fills: false });
    const candles = candlesOfCloses([10, 10, 10, 12, 9, 13]);
    expect(driver.run(candles).map((drafts) => drafts.map(({ kind }) => kind))).toEqual([
      [],
      [],
      [],
      ['ENTRY'],
      [],
      ['ENTRY'],
    ]);
    driver.context.quantity = 5;
    const later = candlesOfCloses([9, 13, 8]);
    expect(later.map((candle) => driver.next(candle).map(({ kind }) => kind))).toEqual([['EXIT'], [], ['EXIT']]);
  });

  it('turns round on each cross when it may sell short: the exit first, then the entry', () => {
    const closes = [10, 10, 10, 12, 13, 9, 8, 12];
    expect(decisions({ ...SMALL, allowShort: true }, closes)).toEqual([
      [],
      [],
      [],
      [BUY],
      [],
      [EXIT, SELL],
      [],
      [EXIT, BUY],
    ]);
  });

  it('leaves a short it still holds on the cross above even if it may not sell short', () => {
    const driver = new StrategyDriver(emaCrossover, SMALL, { fills: false });
    driver.context.quantity = -5;
    expect(
      driver
        .run(candlesOfCloses([10, 10, 10, 12]))
        .at(-1)
        ?.map(({ kind }) => kind),
    ).toEqual(['EXIT', 'ENTRY']);
  });

  it('places stop-loss and target by percent of the close', () => {
    const params = { ...SMALL, allowShort: true, stopPercent: 1, targetPercent: 2.5 };
    const driver = new StrategyDriver(emaCrossover, params);
    const [long, , short] = driver.run(candlesOfCloses([10, 10, 10, 200, 250, 100])).slice(3);
    expect(long).toEqual([expect.objectContaining({ side: 'BUY', stopLoss: 198, target: 205 })]);
    expect(short?.[1]).toMatchObject({ side: 'SELL', stopLoss: 101, target: 97.5 });
  });

  it('places stop-loss and target by ATR, and waits for the ATR', () => {
    const driver = new StrategyDriver(emaCrossover, { ...SMALL, stopAtr: 2, targetAtr: 3, atrPeriod: 4 });
    expect(driver.warmUp).toBe(5);
    // Every candle spans 4 rupees without gaps: ATR 4, also with the rise to 102 that stays inside.
    const candles = [100, 100, 100, 100, 100, 102].map((close, index) =>
      candleWith({ openTime: openTimeOf(index), high: 102, low: 98, close }),
    );
    expect(driver.run(candles).at(-1)).toEqual([expect.objectContaining({ stopLoss: 94, target: 114 })]);
  });

  it('keeps a stop-loss that would lie below nothing at one tick', () => {
    const driver = new StrategyDriver(emaCrossover, { ...SMALL, stopAtr: 100, atrPeriod: 2 });
    expect(driver.run(candlesOfCloses([10, 10, 10, 12])).at(-1)).toEqual([expect.objectContaining({ stopLoss: 0.05 })]);
  });

  it('says why, with the numbers', () => {
    const driver = new StrategyDriver(emaCrossover, SMALL);
    expect(driver.run(candlesOfCloses([10, 10, 10, 12])).at(-1)?.[0]?.reason).toBe(
      'EMA 1 (12.00) crossed above EMA 3 (11.00)',
    );
  });

  it('warms up for the slow average, and for the ATR only when it is used', () => {
    expect(emaCrossover.warmUp({ fast: 9, slow: 21, allowShort: false, atrPeriod: 50 })).toBe(21);
    expect(emaCrossover.warmUp({ fast: 9, slow: 21, allowShort: false, atrPeriod: 50, targetAtr: 2 })).toBe(51);
    expect(emaCrossover.warmUp({ fast: 9, slow: 21, allowShort: false, atrPeriod: 14, stopAtr: 2 })).toBe(21);
  });

  it('refuses settings that contradict each other', () => {
    const messageOf = (params: object) =>
      emaCrossover.params.safeParse(params).error?.issues.map(({ path, message }) => [path[0], message]);
    expect(messageOf({ fast: 21, slow: 21 })).toEqual([['fast', 'a number of candles below slow (21)']]);
    expect(messageOf({ stopPercent: 1, stopAtr: 2 })).toEqual([
      ['stopAtr', 'nothing beside stopPercent: a stop-loss has one distance'],
    ]);
    expect(messageOf({ targetPercent: 1, targetAtr: 2 })).toEqual([
      ['targetAtr', 'nothing beside targetPercent: a target has one distance'],
    ]);
    expect(messageOf({ stopPercent: 1, targetAtr: 2 }), 'one leg each way is fine').toBeUndefined();
  });
});
