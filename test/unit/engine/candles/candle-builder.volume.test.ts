import { describe, expect, it } from 'vitest';
import { at, brief, candle, collect, GRACE_MS, RELIANCE, tick } from './candle-collector.ts';

describe('volume', () => {
  it('is the increase of the cumulative volume over the minute', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 40));
    builder.onTick(tick('09:15:50', 100, 100));
    builder.onTick(tick('09:16:10', 100, 130));
    builder.onTick(tick('09:18:10', 100, 200));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([100, 30, 70]);
  });

  it('leaves out what was traded before the first tick of a day joined late', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:16:00', 100, 5_000));
    builder.onTick(tick('09:16:30', 100, 5_040));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([40]);
  });

  it('takes the first minute from zero, the opening auction included', () => {
    const { builder, closed } = collect();
    builder.onTick({ ...tick('09:15:59', 100, 5_000), time: at('09:16:00') - 1 });
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([5_000]);
  });

  it('is never negative: a cumulative volume that falls is counted on from the new figure', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 1_000));
    builder.onTick(tick('09:16:10', 100, 10));
    builder.onTick(tick('09:16:20', 100, 25));
    builder.onTick(tick('09:17:10', 100, 5));
    builder.onTick(tick('09:18:10', 100, 65));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([1_000, 15, 0, 60]);
  });

  it('takes a smaller figure on an overtaken tick for what it is', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 100));
    builder.onTick(tick('09:16:00', 100, 150));
    builder.onTick(tick('09:15:55', 100, 140));
    builder.onTick(tick('09:16:30', 100, 160));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([140, 20]);
  });

  it('does not count twice when a tick from before a reset comes late', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 1_000));
    builder.onTick(tick('09:15:30', 100, 10));
    builder.onTick(tick('09:15:20', 100, 1_100));
    builder.onTick(tick('09:15:40', 100, 30));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([1_020]);
  });

  it('starts again from zero on a new day', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 1_000));
    builder.onTick(tick('09:15:10', 100, 70, { day: '2026-07-31' }));
    builder.advance(at('15:31:00', '2026-07-31'));
    expect(closed.map((one) => one.volume)).toEqual([1_000, 70]);
  });

  it('is not counted twice when a gap has been filled from history', () => {
    const { builder, closed } = collect(['5m']);
    builder.onTick(tick('09:15:10', 100, 100));
    builder.advance(at('09:16:00') + GRACE_MS);
    for (const [clock, volume] of [
      ['09:16:00', 300],
      ['09:17:00', 400],
    ] as const) {
      builder.onBaseCandle(candle(clock, 100, { volume, provenance: 'backfill' }));
    }
    builder.onTick(tick('09:18:10', 100, 850));
    builder.advance(at('09:21:00'));
    expect(closed.map((one) => one.volume)).toEqual([100, 300, 400, 50, 850]);
  });
});

describe('volume beside back-filled candles', () => {
  const backfill = (clock: string, volume: number) => candle(clock, 100, { volume, provenance: 'backfill' });

  it('is not diminished by candles from before the first tick', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:18:10', 100, 5_000));
    builder.onBaseCandle(backfill('09:16:00', 3_000));
    builder.onBaseCandle(backfill('09:17:00', 1_000));
    builder.onTick(tick('09:18:50', 100, 5_040));
    builder.advance(at('09:20:00'));
    expect(closed.map((one) => one.volume)).toEqual([3_000, 1_000, 40]);
  });

  it('starts after the candle that took the place of the first ticks', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 5_000));
    builder.onTick(tick('09:15:50', 100, 5_020));
    builder.onBaseCandle(backfill('09:15:00', 5_060));
    builder.onTick(tick('09:19:10', 100, 5_100));
    builder.advance(at('09:21:00'));
    expect(closed.map((one) => one.volume)).toEqual([5_060, 40]);
  });

  it('counts on from the ticks when such a candle began before the first of them', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:18:10', 100, 5_000));
    builder.onTick(tick('09:18:50', 100, 5_060));
    builder.onBaseCandle(backfill('09:18:00', 300));
    builder.onTick(tick('09:19:10', 100, 5_100));
    builder.advance(at('09:21:00'));
    expect(closed.map((one) => one.volume)).toEqual([300, 40]);
  });
});

describe('flat filling', () => {
  it('fills a minute without a trade at the last close, from the first trade to the end of the session', () => {
    const { builder, closed } = collect(['5m'], { fill: 'flat' });
    builder.onTick(tick('15:24:30', 100, 10));
    builder.onTick(tick('15:26:30', 101, 30));
    builder.advance(at('15:27:00') + GRACE_MS);
    expect(brief(closed)).toEqual([
      '1m 15:24 100/100/100/100 0',
      '5m 15:20 100/100/100/100 0',
      '1m 15:25 100/100/100/100 0',
      '1m 15:26 101/101/101/101 20',
    ]);
    expect(builder.nextClose).toBe(at('15:28:00') + GRACE_MS);
    builder.advance(at('18:00:00'));
    expect(brief(closed.slice(4))).toEqual([
      '1m 15:27 101/101/101/101 0',
      '1m 15:28 101/101/101/101 0',
      '1m 15:29 101/101/101/101 0',
      '5m 15:25 100/101/100/101 20',
    ]);
    expect(builder.nextClose).toBe(Number.POSITIVE_INFINITY);
  });

  it('starts each day with its first trade', () => {
    const { builder, closed } = collect(['1m'], { fill: 'flat' });
    builder.onTick(tick('15:29:30', 100, 10));
    builder.onTick(tick('09:17:30', 105, 10, { day: '2026-07-31' }));
    builder.advance(at('09:19:30', '2026-07-31'));
    expect(brief(closed)).toEqual([
      '1m 15:29 100/100/100/100 0',
      '1m 09:17 105/105/105/105 0',
      '1m 09:18 105/105/105/105 0',
    ]);
  });

  it('lets the trade of a minute replace its flat candle', () => {
    const { builder, closed } = collect(['1m'], { fill: 'flat' });
    builder.onTick(tick('09:15:30', 100, 10));
    builder.advance(at('09:16:10'));
    builder.onTick(tick('09:16:30', 102, 30, { openInterest: 7 }));
    builder.advance(at('09:18:30'));
    expect(brief(closed)).toEqual([
      '1m 09:15 100/100/100/100 10',
      '1m 09:16 102/102/102/102 20',
      '1m 09:17 102/102/102/102 0',
    ]);
    expect(closed[2]?.openInterest, 'open interest stands while nobody trades').toBe(7);
  });

  it('fills between ready candles, in their timeframe and with their provenance', () => {
    const { builder, closed } = collect(['5m', '15m'], { fill: 'flat' });
    builder.onBaseCandle(candle('09:15:00', 100, { timeframe: '5m' }));
    builder.onBaseCandle(candle('09:30:00', 104, { timeframe: '5m' }));
    expect(brief(closed)).toEqual([
      '5m 09:15 99/102/98/100 100',
      '5m 09:20 100/100/100/100 0',
      '5m 09:25 100/100/100/100 0',
      '15m 09:15 99/102/98/100 100',
      '5m 09:30 103/106/102/104 100',
    ]);
    expect(closed.every((one) => one.provenance === 'import')).toBe(true);
  });

  it('goes from ready candles over to ticks', () => {
    const { builder, closed } = collect(['5m'], { fill: 'flat' });
    builder.onBaseCandle(candle('09:15:00', 100, { timeframe: '5m' }));
    builder.onTick(tick('09:21:30', 105));
    builder.advance(at('09:22:30'));
    expect(brief(closed)).toEqual([
      '5m 09:15 99/102/98/100 100',
      '1m 09:20 100/100/100/100 0',
      '1m 09:21 105/105/105/105 0',
    ]);
  });

  it('does not cover minutes that ticks have opened, when ready candles of another timeframe come in between', () => {
    const { builder, closed } = collect(['3m', '5m'], { fill: 'flat' });
    builder.onTick(tick('09:21:30', 105));
    builder.onBaseCandle(candle('09:15:00', 100, { timeframe: '5m' }));
    builder.advance(at('09:24:30'));
    expect(brief(closed)).toEqual([
      '5m 09:15 99/102/98/100 100',
      '1m 09:21 105/105/105/105 0',
      '1m 09:22 105/105/105/105 0',
      '1m 09:23 105/105/105/105 0',
      '3m 09:21 105/105/105/105 0',
    ]);
  });

  it('is switched on by any of several callers', () => {
    const { builder, closed } = collect(['1m'], { fill: 'none' });
    builder.register(RELIANCE, [], { fill: 'flat' });
    builder.register(RELIANCE, [], { fill: 'none' });
    builder.onTick(tick('09:15:30', 100));
    builder.advance(at('09:17:30'));
    expect(closed).toHaveLength(2);
  });
});
