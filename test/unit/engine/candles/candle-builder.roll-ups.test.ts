import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';
import { at, brief, candle, collect, GRACE_MS, named, RELIANCE, TCS, tick } from './candle-collector.ts';

const times = (candles: { openTime: number }[]): number[] => candles.map((one) => one.openTime);

describe('larger candles', () => {
  it('are rolled up from closed minutes and counted from the session open', () => {
    const { builder, closed } = collect(['5m']);
    const closes = [100, 104, 98, 101, 103];
    closes.forEach((close, i) => {
      builder.onBaseCandle(candle(`09:${15 + i}:00`, close));
    });
    expect(closed.filter((one) => one.timeframe === '5m')).toEqual([
      candle('09:15:00', 103, { timeframe: '5m', open: 99, high: 106, low: 96, volume: 500 }),
    ]);
  });

  it('give an NSE share hours from 09:15 and a short last one', () => {
    const { builder, closed } = collect(['60m']);
    for (let time = at('09:15:00'); time < at('15:30:00'); time += MINUTE_MS) {
      builder.onBaseCandle({ ...candle('09:15:00', 100), openTime: time });
    }
    const hours = closed.filter((one) => one.timeframe === '60m');
    expect(times(hours)).toEqual(
      ['09:15', '10:15', '11:15', '12:15', '13:15', '14:15', '15:15'].map((t) => at(`${t}:00`)),
    );
    expect(
      hours.map((one) => one.volume),
      'the last one has 15 minutes',
    ).toEqual([...Array(6).fill(6_000), 1_500]);
  });

  it('end the day at 15:15 for a share with a closing auction', () => {
    const day = '2026-08-03';
    const { builder, closed } = collect(['30m', '1d'], {}, [TCS]);
    for (let time = at('09:15:00', day); time < at('15:40:00', day); time += MINUTE_MS) {
      builder.onBaseCandle({ ...candle('09:15:00', 100, { instrumentId: TCS.id }), openTime: time });
    }
    expect(closed.filter((one) => one.timeframe === '30m')).toHaveLength(12);
    const session = closed.find((one) => one.timeframe === '1d');
    expect(session).toMatchObject({ openTime: at('09:15:00', day), volume: 360 * 100 });
    expect(builder.candleRefusals['outside-session'], '15:15 to 15:40').toBe(25);
  });

  it('fit the Muhurat session', () => {
    const day = '2026-11-08';
    const { builder, closed } = collect(['30m', '1d']);
    for (let time = at('18:00:00', day); time < at('19:15:00', day); time += MINUTE_MS) {
      builder.onBaseCandle({ ...candle('18:00:00', 100), openTime: time });
    }
    const larger = closed.filter((one) => one.timeframe !== '1m');
    expect(larger.map((one) => [one.timeframe, one.openTime, one.volume])).toEqual([
      ['30m', at('18:00:00', day), 3_000],
      ['30m', at('18:30:00', day), 3_000],
      ['30m', at('19:00:00', day), 1_500],
      ['1d', at('18:00:00', day), 7_500],
    ]);
  });

  it('start at 09:00 on MCX, in winter and in summer alike', () => {
    const gold = testInstrument('MCX:GOLD', { exchange: 'MCX', kind: 'FUTURE' });
    const { builder, closed } = collect(['60m'], {}, [gold]);
    for (const day of ['2026-01-05', '2026-07-06']) {
      builder.onBaseCandle(candle('09:00:00', 100, { instrumentId: gold.id, day }));
      builder.onBaseCandle(candle('10:00:00', 100, { instrumentId: gold.id, day }));
      builder.advance(at('23:55:00', day));
    }
    expect(times(closed.filter((one) => one.timeframe === '60m'))).toEqual([
      at('09:00:00', '2026-01-05'),
      at('10:00:00', '2026-01-05'),
      at('09:00:00', '2026-07-06'),
      at('10:00:00', '2026-07-06'),
    ]);
  });

  it('close by the clock when their last minute had no trade', () => {
    const { builder, closed } = collect(['5m']);
    builder.onBaseCandle(candle('09:15:00', 100));
    builder.advance(at('09:20:00'));
    expect(named(closed), 'a minute that ends now may still come').toEqual(['NSE:RELIANCE 1m 09:15']);
    builder.advance(at('09:20:00') + GRACE_MS);
    expect(named(closed)).toEqual(['NSE:RELIANCE 1m 09:15', 'NSE:RELIANCE 5m 09:15']);
  });

  it('close before a later base candle is passed on', () => {
    const { builder, closed } = collect(['3m', '5m']);
    builder.onBaseCandle(candle('09:18:00', 100));
    builder.onBaseCandle(candle('09:31:00', 100));
    expect(named(closed)).toEqual([
      'NSE:RELIANCE 1m 09:18',
      'NSE:RELIANCE 5m 09:15',
      'NSE:RELIANCE 3m 09:18',
      'NSE:RELIANCE 1m 09:31',
    ]);
  });

  it('close with the day when the next one starts', () => {
    const { builder, closed } = collect(['60m', '1d']);
    builder.onTick(tick('15:20:00', 100));
    builder.onTick(tick('09:15:00', 101, 0, { day: '2026-07-31' }));
    expect(named(closed)).toEqual(['NSE:RELIANCE 1m 15:20', 'NSE:RELIANCE 60m 15:15', 'NSE:RELIANCE 1d 09:15']);
  });

  it('close in the order of end time, registration and timeframe', () => {
    const { builder, closed } = collect(['15m', '5m', '3m'], {}, [TCS, RELIANCE]);
    builder.onTick(tick('09:29:00', 100, 0, { instrumentId: RELIANCE.id }));
    builder.onTick(tick('09:29:30', 100, 0, { instrumentId: TCS.id }));
    builder.onTick(tick('09:27:30', 100, 0, { instrumentId: TCS.id }));
    builder.advance(at('09:40:00'));
    expect(named(closed)).toEqual([
      'NSE:TCS 1m 09:27',
      'NSE:TCS 1m 09:29',
      'NSE:TCS 3m 09:27',
      'NSE:TCS 5m 09:25',
      'NSE:TCS 15m 09:15',
      'NSE:RELIANCE 1m 09:29',
      'NSE:RELIANCE 3m 09:27',
      'NSE:RELIANCE 5m 09:25',
      'NSE:RELIANCE 15m 09:15',
    ]);
  });

  it('come from any base that divides them', () => {
    const { builder, closed } = collect(['3m', '15m']);
    for (const clock of ['09:15:00', '09:20:00', '09:25:00']) {
      builder.onBaseCandle(candle(clock, 100, { timeframe: '5m' }));
    }
    expect(named(closed), '5m was not asked for, 3m cannot be made of it').toEqual(['NSE:RELIANCE 15m 09:15']);
  });

  it('are not made of a base that does not divide them', () => {
    const { builder, closed } = collect(['15m', '30m']);
    for (const clock of ['09:15:00', '09:25:00', '09:35:00']) {
      builder.onBaseCandle(candle(clock, 100, { timeframe: '10m' }));
    }
    expect(named(closed)).toEqual(['NSE:RELIANCE 30m 09:15']);
  });

  it('do not change when a part comes after the clock has closed them', () => {
    const { builder, closed } = collect(['5m']);
    builder.onBaseCandle(candle('09:15:00', 100));
    builder.advance(at('09:20:00') + GRACE_MS);
    expect(builder.onBaseCandle(candle('09:19:00', 100))).toBeUndefined();
    builder.advance(at('09:30:00'));
    expect(named(closed)).toEqual(['NSE:RELIANCE 1m 09:15', 'NSE:RELIANCE 5m 09:15', 'NSE:RELIANCE 1m 09:19']);
  });

  it('pass a ready candle on when its timeframe was asked for', () => {
    const { builder, closed } = collect(['5m']);
    const given = candle('09:15:00', 100, { timeframe: '5m' });
    builder.onBaseCandle(given);
    expect(closed).toEqual([given]);
  });

  it('name a daily candle by the open of its session, wherever the day is labelled', () => {
    const { builder, closed } = collect(['1d']);
    builder.onBaseCandle(candle('00:00:00', 100, { timeframe: '1d', day: '2026-07-29' }));
    builder.onBaseCandle(candle('09:15:00', 101, { timeframe: '1d', day: '2026-07-30' }));
    expect(builder.onBaseCandle(candle('00:00:00', 1, { timeframe: '1d', day: '2026-08-01' }))).toBe('outside-session');
    expect(times(closed)).toEqual([at('09:15:00', '2026-07-29'), at('09:15:00', '2026-07-30')]);
  });

  it('go on from daily history to the minutes of the next day', () => {
    const { builder, closed } = collect(['1d']);
    builder.onBaseCandle(candle('00:00:00', 100, { timeframe: '1d', day: '2026-07-29' }));
    builder.onTick(tick('09:20:00', 101));
    builder.advance(at('15:31:00'));
    expect(named(closed)).toEqual(['NSE:RELIANCE 1d 09:15', 'NSE:RELIANCE 1m 09:20', 'NSE:RELIANCE 1d 09:15']);
  });

  it('are not built from half of their parts when asked for in mid-candle', () => {
    const { builder, closed } = collect();
    builder.onBaseCandle(candle('09:20:00', 100));
    builder.register(RELIANCE, ['5m']);
    for (const minute of [21, 22, 23, 24, 25, 26, 27, 28, 29]) builder.onBaseCandle(candle(`09:${minute}:00`, 100));
    expect(brief(closed.filter((one) => one.timeframe === '5m'))).toEqual(['5m 09:25 99/102/98/100 500']);
  });

  it('add up what several callers ask for', () => {
    const { builder, closed } = collect(['5m']);
    builder.register(RELIANCE, ['15m', '5m']);
    for (let minute = 15; minute < 30; minute++) builder.onBaseCandle(candle(`09:${minute}:00`, 100));
    const counts = ['1m', '5m', '15m'].map((timeframe) => closed.filter((one) => one.timeframe === timeframe).length);
    expect(counts).toEqual([15, 3, 1]);
  });
});
