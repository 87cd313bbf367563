import { describe, expect, it } from 'vitest';
import { calendarOfData } from '../../../src/backtest/calendar-of-data.ts';
import type { CandleSource } from '../../../src/backtest/candle-stream.ts';
import { loadMarketCalendar } from '../../../src/config/load-market-calendar.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { formatIst } from '../../../src/core/time.ts';
import { ist, testInstrument } from '../../support/fixed-calendar.ts';

const exchange = loadMarketCalendar();
const TCS = testInstrument('NSE:TCS');

function sourceOf(
  times: readonly (readonly [day: string, clock: string])[],
  timeframe: '5m' | '1d' = '5m',
): CandleSource {
  const prices = new Float64Array(times.length);
  return {
    ...{ instrumentId: 'NSE:TCS' as InstrumentId, timeframe, count: times.length },
    openTime: Float64Array.from(times, ([day, clock]) => ist(day, clock)),
    ...{ open: prices, high: prices, low: prices, close: prices, volume: prices },
  };
}

/** The open of the session that follows a time. */
function nextOpen(source: CandleSource, day: string, clock: string): string {
  const next = calendarOfData(exchange, [[source, TCS]]).nextSession(TCS, ist(day, clock));
  return next === null ? 'none' : formatIst(next.open).slice(0, 16);
}

describe('calendarOfData', () => {
  // 1 February 2020 is a Saturday of the years before the calendar's data.
  const budget = sourceOf([
    ['2020-01-31', '15:25'],
    ['2020-02-01', '09:15'],
    ['2020-02-03', '09:15'],
  ]);

  it('knows a Saturday that has candles as the next session', () => {
    expect(nextOpen(budget, '2020-01-31', '15:30')).toBe('2020-02-01T09:15');
    expect(nextOpen(budget, '2020-02-01', '10:00'), 'the session that is open').toBe('2020-02-01T09:15');
    expect(nextOpen(budget, '2020-02-01', '15:30')).toBe('2020-02-03T09:15');
  });

  it('knows it by a daily candle, too', () => {
    expect(nextOpen(sourceOf([['2020-02-01', '00:00']], '1d'), '2020-01-31', '15:30')).toBe('2020-02-01T09:15');
  });

  it('goes by the candles inside the hours: an evening makes no session', () => {
    expect(nextOpen(sourceOf([['2019-10-27', '18:15']]), '2019-10-25', '15:30')).toBe('2019-10-28T09:15');
  });

  it('leaves days that the calendar knows to the calendar', () => {
    const sunday = sourceOf([['2024-10-20', '10:00']]);
    expect(calendarOfData(exchange, [[sunday, TCS]])).toBe(exchange);
    expect(nextOpen(sunday, '2024-10-18', '15:30')).toBe('2024-10-21T09:15');
  });

  it('is the calendar itself without such days', () => {
    const weekdays = sourceOf([
      ['2020-01-30', '09:15'],
      ['2020-01-31', '09:15'],
    ]);
    expect(calendarOfData(exchange, [[weekdays, TCS]])).toBe(exchange);
    expect(calendarOfData(exchange, [])).toBe(exchange);
  });
});
