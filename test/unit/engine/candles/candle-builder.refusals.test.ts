import { describe, expect, it } from 'vitest';
import { at, brief, candle, collect, idOf, RELIANCE, TCS, tick } from './candle-collector.ts';

describe('what a candle builder refuses', () => {
  it('refuses prices that are no price', () => {
    const { builder, closed } = collect();
    for (const price of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(builder.onTick(tick('09:15:10', price))).toBe('bad-price');
    }
    expect(builder.refusals['bad-price']).toBe(4);
    builder.advance(at('09:30:00'));
    expect(closed).toEqual([]);
  });

  it('takes the first and the last millisecond of the session and nothing outside it', () => {
    const { builder } = collect();
    expect(builder.onTick({ ...tick('09:15:00', 100), time: at('09:15:00') - 1 })).toBe('outside-session');
    expect(builder.onTick(tick('09:15:00', 100))).toBeUndefined();
    expect(builder.onTick({ ...tick('15:30:00', 100), time: at('15:30:00') - 1 })).toBeUndefined();
    expect(builder.onTick(tick('15:30:00', 100))).toBe('outside-session');
    expect(builder.onTick({ ...tick('15:30:00', 100), time: Number.NaN })).toBe('outside-session');
    expect(builder.onTick(tick('10:00:00', 100, 0, { day: '2026-08-01' })), 'a Saturday').toBe('outside-session');
    expect(builder.refusals['outside-session']).toBe(4);
  });

  it('refuses a tick of an earlier day', () => {
    const { builder } = collect();
    builder.onTick(tick('09:15:00', 100));
    expect(builder.onTick(tick('15:29:59', 100, 0, { day: '2026-07-29' }))).toBe('late');
  });

  it('tells the prints of the closing auction from the trade flow', () => {
    const day = '2026-08-03';
    const { builder, closed } = collect(['1m'], {}, [TCS]);
    const from = { day, instrumentId: TCS.id };
    expect(builder.onTick(tick('15:14:59', 100, 500, from))).toBeUndefined();
    expect(builder.onTick(tick('15:15:00', 101, 600, from))).toBe('auction-print');
    expect(builder.onTick(tick('15:34:59', 102, 9_000, from))).toBe('auction-print');
    expect(builder.onTick(tick('15:35:00', 103, 9_000, from))).toBe('outside-session');
    expect(builder.refusals).toMatchObject({ 'auction-print': 2, 'outside-session': 1 });
    builder.advance(at('16:00:00', day));
    expect(brief(closed)).toEqual(['1m 15:14 100/100/100/100 0']);
  });

  it('has no closing auction before 3 August 2026, nor for shares without derivatives', () => {
    const { builder } = collect(['1m'], {}, [TCS, RELIANCE]);
    expect(builder.onTick(tick('15:20:00', 100, 0, { instrumentId: TCS.id, day: '2026-07-31' }))).toBeUndefined();
    expect(builder.onTick(tick('15:20:00', 100, 0, { day: '2026-08-03' }))).toBeUndefined();
  });

  it('refuses a sequence that repeats or falls, until the day or the connection is new', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:01', 100, 10, { sequence: 5 }));
    expect(builder.onTick(tick('09:15:02', 300, 20, { sequence: 5 }))).toBe('duplicate');
    expect(builder.onTick(tick('09:15:03', 300, 30, { sequence: 4 }))).toBe('duplicate');
    expect(builder.onTick(tick('09:15:04', 101, 40, { sequence: 6 }))).toBeUndefined();
    expect(builder.refusals.duplicate).toBe(2);
    builder.markGap(RELIANCE.id, at('09:15:05'), at('09:15:10'));
    expect(builder.onTick(tick('09:15:11', 102, 50, { sequence: 1 }))).toBeUndefined();
    expect(builder.onTick(tick('09:15:11', 103, 10, { sequence: 1, day: '2026-07-31' }))).toBeUndefined();
    expect(brief(closed)).toEqual(['1m 09:15 100/102/100/102 50']);
  });

  it('does not let a late tick use up a sequence', () => {
    const { builder } = collect();
    builder.advance(at('09:20:00'));
    expect(builder.onTick(tick('09:15:01', 100, 10, { sequence: 9 }))).toBe('late');
    expect(builder.onTick(tick('09:20:01', 100, 10, { sequence: 8 }))).toBeUndefined();
  });

  it('refuses a jump beyond the limit, measured from the first price of the day', () => {
    const { builder } = collect(['1m'], { circuitPercent: 20 });
    builder.onTick(tick('09:15:01', 100));
    expect(builder.onTick(tick('09:15:02', 120))).toBeUndefined();
    expect(builder.onTick(tick('09:15:03', 120.05))).toBe('beyond-circuit');
    expect(builder.onTick(tick('09:15:04', 80))).toBeUndefined();
    expect(builder.onTick(tick('09:15:05', 79.95))).toBe('beyond-circuit');
    expect(builder.refusals['beyond-circuit']).toBe(2);
    expect(
      builder.onTick(tick('09:15:05', 200, 0, { day: '2026-07-31' })),
      'a new day, a new first price',
    ).toBeUndefined();
  });

  it('believes a jump that lasts: the first price was the wrong one', () => {
    const { builder } = collect(['1m'], { circuitPercent: 20 });
    builder.onTick(tick('09:15:01', 1));
    const answers = [2, 3, 4, 5, 6, 7].map((second) => builder.onTick(tick(`09:15:0${second}`, 100 + second)));
    expect(answers).toEqual([...Array.from({ length: 4 }, () => 'beyond-circuit'), undefined, undefined]);
  });

  it('does not believe jumps that come one by one between good prices', () => {
    const { builder } = collect(['1m'], { circuitPercent: 20 });
    for (let second = 10; second < 50; second += 2) {
      expect(builder.onTick(tick(`09:15:${second}`, 100))).toBeUndefined();
      expect(builder.onTick(tick(`09:15:${second + 1}`, 200))).toBe('beyond-circuit');
    }
  });

  it('takes any jump when no limit is given', () => {
    const { builder } = collect();
    builder.onTick(tick('09:15:01', 100));
    expect(builder.onTick(tick('09:15:02', 10_000))).toBeUndefined();
  });

  it('refuses ready candles outside the session, out of order, off the grid, of no price or of an unknown instrument', () => {
    const { builder, closed } = collect();
    expect(builder.onBaseCandle(candle('09:14:00', 100))).toBe('outside-session');
    expect(builder.onBaseCandle(candle('15:30:00', 100))).toBe('outside-session');
    expect(builder.onBaseCandle(candle('09:20:00', 100))).toBeUndefined();
    expect(builder.onBaseCandle(candle('09:20:00', 100))).toBe('out-of-order');
    expect(builder.onBaseCandle(candle('09:19:00', 100))).toBe('out-of-order');
    expect(builder.onBaseCandle(candle('09:21:30', 100))).toBe('misaligned');
    expect(builder.onBaseCandle(candle('10:00:00', 100, { timeframe: '60m' })), 'not from 09:15').toBe('misaligned');
    expect(builder.onBaseCandle(candle('09:21:00', 100, { low: 0 }))).toBe('bad-price');
    expect(builder.onBaseCandle(candle('09:21:00', 100, { low: Number.NaN }))).toBe('bad-price');
    expect(builder.onBaseCandle(candle('09:21:00', 100, { instrumentId: idOf('NSE:OTHER') }))).toBe(
      'unknown-instrument',
    );
    expect(builder.candleRefusals).toEqual({
      'unknown-instrument': 1,
      'outside-session': 2,
      'out-of-order': 2,
      misaligned: 2,
      'bad-price': 2,
    });
    expect(closed).toHaveLength(1);
  });

  it('knows an instrument registered after its candles were refused', () => {
    const { builder } = collect();
    expect(builder.onBaseCandle(candle('09:20:00', 100, { instrumentId: TCS.id }))).toBe('unknown-instrument');
    builder.register(TCS, []);
    expect(builder.onBaseCandle(candle('09:20:00', 100, { instrumentId: TCS.id }))).toBeUndefined();
  });
});
