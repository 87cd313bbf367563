import { describe, expect, it } from 'vitest';
import { CandleCursor, type CandleSource, earliestOf } from '../../../src/backtest/candle-stream.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { MarketCalendar } from '../../../src/core/market-session.ts';
import { dayOf, formatClock, formatDay } from '../../../src/core/time.ts';
import type { Timeframe } from '../../../src/core/timeframe.ts';
import { fixedCalendar, ist, testInstrument } from '../../support/fixed-calendar.ts';

const TCS = testInstrument('NSE:TCS');
const WEDNESDAY = '2026-08-05';

/** Rows `08-05 09:15` or `09:15` (on that Wednesday); the number of a row is its every price. */
function sourceOf(rows: readonly string[], timeframe: Timeframe = '5m', id = 'NSE:TCS'): CandleSource {
  const times = rows.map((row) => {
    const [clock = '', day] = row.split(' ').reverse();
    return ist(day === undefined ? WEDNESDAY : `2026-${day}`, clock);
  });
  const prices = Float64Array.from(rows, (_, index) => index + 1);
  return {
    ...{ instrumentId: id as InstrumentId, timeframe, count: rows.length, openTime: Float64Array.from(times) },
    ...{ open: prices, high: prices, low: prices, close: prices, volume: prices },
  };
}

/** `08-05 09:15-09:20 #1` of every candle that comes through. */
function walk(cursor: CandleCursor): string[] {
  const seen: string[] = [];
  for (; cursor.candle; cursor.next()) {
    const { openTime, open } = cursor.candle;
    const clock = (time: number): string => formatClock(time).slice(0, 5);
    seen.push(`${formatDay(dayOf(openTime)).slice(5)} ${clock(openTime)}-${clock(cursor.end)} #${open}`);
  }
  return seen;
}

describe('CandleCursor', () => {
  it('gives the candles inside the session with their ends and counts the others', () => {
    const cursor = new CandleCursor(
      sourceOf(['09:10', '09:15', '09:20', '15:25', '15:30', '18:00']),
      TCS,
      fixedCalendar,
    );
    expect(walk(cursor)).toEqual(['08-05 09:15-09:20 #2', '08-05 09:20-09:25 #3', '08-05 15:25-15:30 #4']);
    expect(cursor.outsideSession).toBe(3);
    expect(cursor.firstOutside).toBe(ist(WEDNESDAY, '09:10'));
    expect(cursor.end, 'no candle is left').toBe(Number.POSITIVE_INFINITY);
  });

  it('leaves out days without a session', () => {
    const cursor = new CandleCursor(
      sourceOf(['08-07 15:25', '08-08 09:15', '08-09 09:15', '08-10 09:15']),
      TCS,
      fixedCalendar,
    );
    expect(walk(cursor)).toEqual(['08-07 15:25-15:30 #1', '08-10 09:15-09:20 #4']);
    expect(cursor.outsideSession).toBe(2);
  });

  it('follows the hours of the instrument: a share with derivatives stops for its closing auction', () => {
    const share = testInstrument('NSE:TCS', { hasDerivatives: true });
    const cursor = new CandleCursor(sourceOf(['15:10', '15:15', '15:20']), share, fixedCalendar);
    expect(walk(cursor)).toEqual(['08-05 15:10-15:15 #1']);
  });

  it('cuts the last candle of a day at the close', () => {
    const cursor = new CandleCursor(sourceOf(['14:15', '15:15'], '60m'), TCS, fixedCalendar);
    expect(walk(cursor)).toEqual(['08-05 14:15-15:15 #1', '08-05 15:15-15:30 #2']);
  });

  it('puts the last candle of a day, named by its end, where it opened', () => {
    // Named 10:15, 15:15, 15:30 in the file; the loader has taken an hour off each.
    const cursor = new CandleCursor(sourceOf(['09:15', '14:15', '14:30'], '60m'), TCS, fixedCalendar, 'end');
    expect(walk(cursor)).toEqual(['08-05 09:15-10:15 #1', '08-05 14:15-15:15 #2', '08-05 15:15-15:30 #3']);
    expect(cursor.offGrid).toBe(0);
  });

  it('leaves out and counts candles off the grid that starts with the session', () => {
    const cursor = new CandleCursor(sourceOf(['09:15', '09:17', '09:20', '14:30']), TCS, fixedCalendar);
    expect(walk(cursor)).toHaveLength(3);
    expect(cursor.offGrid).toBe(1);
    const started = new CandleCursor(sourceOf(['09:15', '14:30'], '60m'), TCS, fixedCalendar);
    expect(walk(started)).toEqual(['08-05 09:15-10:15 #1']);
    expect(started.offGrid, 'named by its start it is no last candle').toBe(1);
  });

  it('lets a daily candle last its session, wherever on the day it stands, once', () => {
    const rows = ['08-05 00:00', '08-06 09:15', '08-06 15:30', '08-08 00:00', '11-08 00:00'];
    const cursor = new CandleCursor(sourceOf(rows, '1d'), TCS, fixedCalendar);
    expect(walk(cursor)).toEqual(['08-05 09:15-15:30 #1', '08-06 09:15-15:30 #2', '11-08 18:00-19:15 #5']);
    expect([cursor.duplicates, cursor.outsideSession]).toEqual([1, 1]);
  });

  it('remembers between which days the calendar knew nothing', () => {
    const blind: MarketCalendar = {
      ...fixedCalendar,
      sessionOn(instrument, day) {
        const session = fixedCalendar.sessionOn(instrument, day);
        return session && { ...session, isKnown: session.day !== dayOf(ist('2026-08-05', '00:00')) };
      },
    };
    const known = new CandleCursor(sourceOf(['08-04 09:15', '08-06 09:15']), TCS, blind);
    walk(known);
    expect(known.unknownDays).toBeNull();
    const unknown = new CandleCursor(
      sourceOf(['08-04 09:15', '08-05 09:15', '08-05 09:20', '08-06 09:15']),
      TCS,
      blind,
    );
    walk(unknown);
    expect(unknown.unknownDays).toEqual({ first: ist('2026-08-05', '00:00'), last: ist('2026-08-05', '00:00') });
  });

  it('notices rows that are named by the end of their candle', () => {
    const days = ['08-04', '08-05', '08-06'];
    const named = (clocks: readonly string[]): CandleCursor => {
      const cursor = new CandleCursor(
        sourceOf(days.flatMap((day) => clocks.map((clock) => `${day} ${clock}`))),
        TCS,
        fixedCalendar,
      );
      walk(cursor);
      return cursor;
    };
    expect(named(['09:20', '09:25', '15:30']).looksEndLabelled).toBe(true);
    expect(named(['09:15', '09:20', '15:25']).looksEndLabelled).toBe(false);
    expect(named(['09:15', '15:30']).looksEndLabelled, 'a closing print').toBe(false);
  });

  it('ends at once over nothing', () => {
    const cursor = new CandleCursor(sourceOf([]), TCS, fixedCalendar);
    expect(cursor.candle).toBeUndefined();
    expect(cursor.looksEndLabelled).toBe(false);
  });
});

describe('earliestOf', () => {
  it('gives the cursor whose candle ends first, the earlier one when two end together', () => {
    const minute = new CandleCursor(sourceOf(['09:15', '09:16'], '1m', 'NSE:A'), TCS, fixedCalendar);
    const five = new CandleCursor(sourceOf(['09:15', '09:20'], '5m', 'NSE:B'), TCS, fixedCalendar);
    const late = new CandleCursor(sourceOf(['09:15', '09:20'], '5m', 'NSE:C'), TCS, fixedCalendar);
    const order: string[] = [];
    for (let next = earliestOf([minute, five, late]); next?.candle; next = earliestOf([minute, five, late])) {
      order.push(next.candle.instrumentId);
      next.next();
    }
    expect(order).toEqual(['NSE:A', 'NSE:A', 'NSE:B', 'NSE:C', 'NSE:B', 'NSE:C']);
    expect(earliestOf([])).toBeUndefined();
  });
});
