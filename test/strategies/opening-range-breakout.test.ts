import { describe, expect, it } from 'vitest';
import type { Candle } from '../../src/core/candle.ts';
import type { MarketSession } from '../../src/core/market-session.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { openingRangeBreakout } from '../../strategies/opening-range-breakout/strategy.ts';
import { candleWith, FIRST_OPEN } from '../support/indicator-series.ts';
import { type DriverOptions, StrategyDriver } from '../support/strategy-context.ts';

/** A five-minute candle of the day at that minute after the open; flat unless said. */
function at(minute: number, close: number, more: Partial<Candle> = {}): Candle {
  const openTime = FIRST_OPEN + minute * MINUTE_MS;
  return candleWith({ openTime, open: close, high: close, low: close, close, ...more });
}

/** 09:15 to 09:30 between 98 and 102. */
const RANGE = [at(0, 100, { high: 102 }), at(5, 100, { low: 98 }), at(10, 100)];

function run(candles: readonly Candle[], params: object = {}, options: DriverOptions = {}) {
  return new StrategyDriver(openingRangeBreakout, params, options).run(candles).map((drafts) => drafts[0]);
}

describe('opening-range-breakout', () => {
  it('buys the first close above the range, stop below it, target at a multiple of the risk', () => {
    const drafts = run([...RANGE, at(15, 101), at(20, 103)]);
    expect(drafts).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      {
        kind: 'ENTRY',
        side: 'BUY',
        stopLoss: 98,
        target: 113,
        reason: 'closed at 103 above the opening range 98 to 102',
      },
    ]);
  });

  it('follows closes, not wicks, and a close on the edge is inside', () => {
    expect(run([...RANGE, at(15, 101, { high: 110 }), at(20, 102)]).filter(Boolean)).toEqual([]);
  });

  it('ignores breaks inside the range minutes', () => {
    expect(run([at(0, 100), at(5, 105), at(10, 101), at(15, 104)]).filter(Boolean)).toEqual([]);
  });

  it('sells short only when it may', () => {
    const fall = [...RANGE, at(15, 97)];
    expect(run(fall).at(-1)).toBeUndefined();
    expect(run(fall, { allowShort: true }).at(-1)).toMatchObject({ side: 'SELL', stopLoss: 102, target: 87 });
  });

  it('takes the stop by percent when told to', () => {
    const long = run([...RANGE, at(15, 200)], { stopPercent: 1, targetRiskMultiple: 1.5 }).at(-1);
    expect(long).toMatchObject({ stopLoss: 198, target: 203 });
    const short = run([...RANGE, at(15, 50)], { allowShort: true, stopPercent: 2, targetRiskMultiple: 3 }).at(-1);
    expect(short).toMatchObject({ stopLoss: 51, target: 47 });
  });

  it('keeps a short target that would lie below nothing at one tick', () => {
    expect(run([...RANGE, at(15, 10)], { allowShort: true }).at(-1)).toMatchObject({ stopLoss: 102, target: 0.05 });
  });

  it('enters once per direction and day, and not while it holds', () => {
    const driver = new StrategyDriver(openingRangeBreakout, { allowShort: true });
    for (const candle of RANGE) driver.next(candle);
    const sideAt = (minute: number, close: number) => {
      const [draft] = driver.next(at(minute, close));
      return draft?.kind === 'ENTRY' ? draft.side : draft?.kind;
    };
    expect(sideAt(15, 103)).toBe('BUY');
    expect(sideAt(20, 97), 'still long').toBeUndefined();
    driver.flatten();
    expect(sideAt(25, 103), 'long is used up').toBeUndefined();
    expect(sideAt(30, 97)).toBe('SELL');
    driver.flatten();
    expect(sideAt(35, 97), 'short is used up').toBeUndefined();
  });

  it('begins afresh on the next day', () => {
    const shifted = (candle: Candle) => ({ ...candle, openTime: candle.openTime + DAY_MS });
    const day = [...RANGE, at(15, 103)];
    const driver = new StrategyDriver(openingRangeBreakout);
    expect(driver.run(day).at(-1)).toHaveLength(1);
    driver.flatten();
    const wider = [
      shifted(at(0, 100, { high: 110, low: 90 })),
      shifted(at(5, 100)),
      shifted(at(15, 105)),
      shifted(at(20, 111)),
    ];
    expect(driver.run(wider).map((drafts) => drafts.length)).toEqual([0, 0, 0, 1]);
  });

  it('leaves a day alone whose first candle was not seen', () => {
    expect(run([...RANGE.slice(1), at(15, 103)]).filter(Boolean)).toEqual([]);
  });

  it('leaves a day alone whose hours are not known', () => {
    expect(run([...RANGE, at(15, 103)], {}, { sessionAt: () => null }).filter(Boolean)).toEqual([]);
  });

  it('enters nothing on a candle that closes after the last entry time', () => {
    const lastEntry = { lastEntryTime: '10:00' };
    expect(run([...RANGE, at(40, 103)], lastEntry).at(-1), 'closes at 10:00').toBeDefined();
    expect(run([...RANGE, at(45, 103)], lastEntry).at(-1), 'closes at 10:05').toBeUndefined();
  });

  it('takes its range from the open of a special session', () => {
    const open = FIRST_OPEN + 9 * HOUR_MS; // 18:15
    const session: MarketSession = {
      day: 0,
      open,
      close: open + HOUR_MS,
      auction: null,
      kind: 'muhurat',
      isKnown: true,
    };
    const evening = [...RANGE, at(15, 103)].map((candle) => ({ ...candle, openTime: candle.openTime + 9 * HOUR_MS }));
    const options = { sessionAt: () => session };
    expect(run(evening, { lastEntryTime: '19:00' }, options).at(-1)).toMatchObject({ side: 'BUY' });
    expect(run(evening, {}, options).at(-1), 'after the usual last entry time').toBeUndefined();
  });

  it('refuses a range that its candles cannot tell', () => {
    const build = (rangeMinutes: number, timeframe: '5m' | '1d') =>
      new StrategyDriver(openingRangeBreakout, { rangeMinutes }, { timeframe });
    expect(() => build(7, '5m')).toThrow('expected "rangeMinutes" to be a multiple of the timeframe "5m", found "7"');
    expect(() => build(15, '1d')).toThrow('timeframe "1d"');
  });

  it('refuses a last entry time that is no time of day', () => {
    expect(openingRangeBreakout.params.safeParse({ lastEntryTime: '25:00' }).error?.issues[0]?.message).toBe(
      'a time of day in IST such as "14:30"',
    );
  });
});
