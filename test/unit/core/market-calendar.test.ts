import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMarketCalendar, loadMarketCalendarData } from '../../../src/config/load-market-calendar.ts';
import { createMarketCalendar } from '../../../src/core/market-calendar.ts';
import type { MarketSession, SessionInstrument } from '../../../src/core/market-session.ts';
import { DAY_MS, formatClock, formatDay, weekdayOf } from '../../../src/core/time.ts';
import { dayNumber, ist } from '../../support/fixed-calendar.ts';

const calendar = loadMarketCalendar();

const share: SessionInstrument = { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: false };
const reliance: SessionInstrument = { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: true, symbol: 'RELIANCE' };
const nifty: SessionInstrument = { exchange: 'NSE', kind: 'INDEX', hasDerivatives: true };
const niftyFuture: SessionInstrument = { exchange: 'NFO', kind: 'FUTURE', hasDerivatives: true };
const sensexOption: SessionInstrument = { exchange: 'BFO', kind: 'OPTION', hasDerivatives: true };
const rupee: SessionInstrument = { exchange: 'CDS', kind: 'FUTURE', hasDerivatives: false };
const gold: SessionInstrument = { exchange: 'MCX', kind: 'FUTURE', hasDerivatives: false, symbol: 'GOLD' };
const cotton: SessionInstrument = { ...gold, symbol: 'COTTONCNDY' };
const menthaOil: SessionInstrument = { ...gold, symbol: 'MENTHAOIL' };

function sessionOn(instrument: SessionInstrument, day: string): MarketSession | null {
  return calendar.sessionOn(instrument, dayNumber(day));
}

/** `09:15-15:30 regular`, `closed`. */
function hoursOn(instrument: SessionInstrument, day: string): string {
  const session = sessionOn(instrument, day);
  return session === null ? 'closed' : `${clock(session.open)}-${clock(session.close)} ${session.kind}`;
}

function clock(time: number): string {
  return formatClock(time).slice(0, 5);
}

describe('regular hours', () => {
  it('end at 15:30 on every equity and derivatives segment until 2 August 2026', () => {
    for (const instrument of [share, reliance, nifty, niftyFuture, sensexOption]) {
      expect(hoursOn(instrument, '2026-07-31')).toBe('09:15-15:30 regular');
      expect(sessionOn(instrument, '2026-07-31')?.auction).toBeNull();
    }
  });

  it('end at 15:15 from 3 August 2026 for a share with derivatives, before a closing auction', () => {
    expect(hoursOn(reliance, '2026-08-03')).toBe('09:15-15:15 regular');
    expect(sessionOn(reliance, '2026-08-03')?.auction).toEqual({
      open: ist('2026-08-03', '15:15'),
      close: ist('2026-08-03', '15:35'),
    });
    expect(hoursOn({ ...reliance, exchange: 'BSE' }, '2026-08-03')).toBe('09:15-15:15 regular');
  });

  it('stay at 15:30 from 3 August 2026 for other shares and for indices', () => {
    for (const instrument of [share, nifty]) {
      expect(hoursOn(instrument, '2026-08-03')).toBe('09:15-15:30 regular');
      expect(sessionOn(instrument, '2026-08-03')?.auction).toBeNull();
    }
  });

  it('end at 15:40 from 3 August 2026 for derivatives', () => {
    expect(hoursOn(niftyFuture, '2026-08-03')).toBe('09:15-15:40 regular');
    expect(hoursOn(sensexOption, '2026-08-03')).toBe('09:15-15:40 regular');
  });

  it('are 09:00 to 17:00 for currency', () => {
    expect(hoursOn(rupee, '2026-08-03')).toBe('09:00-17:00 regular');
  });

  it('leave weekends closed', () => {
    for (const instrument of [share, reliance, nifty, niftyFuture, rupee, gold]) {
      expect(hoursOn(instrument, '2026-08-01')).toBe('closed');
      expect(hoursOn(instrument, '2026-08-02')).toBe('closed');
    }
  });
});

describe('the commodity exchange', () => {
  it('closes at 23:30 while the United States are on daylight time, else at 23:55', () => {
    expect(hoursOn(gold, '2026-07-01')).toBe('09:00-23:30 regular');
    expect(hoursOn(gold, '2026-11-06')).toBe('09:00-23:55 regular');
  });

  it.each([
    ['2024-03-07', '2024-03-11', '2024-10-31', '2024-11-04'],
    ['2025-03-07', '2025-03-10', '2025-10-31', '2025-11-03'],
    ['2026-03-06', '2026-03-09', '2026-10-30', '2026-11-02'],
    ['2027-03-12', '2027-03-15', '2027-11-05', '2027-11-08'],
  ])('switches on the Monday after the Sunday of the change: %s, %s, %s, %s', (...days) => {
    expect(days.map((day) => hoursOn(gold, day).slice(6, 11))).toEqual(['23:55', '23:30', '23:30', '23:55']);
  });

  it('runs the evening session alone on most holidays', () => {
    expect(hoursOn(gold, '2026-10-20')).toBe('17:00-23:30 evening');
    expect(hoursOn(gold, '2024-11-20')).toBe('17:00-23:55 evening');
    expect(hoursOn(share, '2026-10-20')).toBe('closed');
  });

  it('is fully closed on four days of 2026', () => {
    for (const day of ['2026-01-26', '2026-04-03', '2026-10-02', '2026-12-25'])
      expect(hoursOn(gold, day)).toBe('closed');
  });

  it('runs the morning session alone on New Year and on budget weekends', () => {
    for (const day of ['2026-01-01', '2025-02-01', '2026-02-01'])
      expect(hoursOn(gold, day)).toBe('09:00-17:00 special');
  });

  it('closes earlier for farm goods, and not at all opens for them in the evening when they close at 17:00', () => {
    expect([cotton, menthaOil].map((goods) => hoursOn(goods, '2026-11-06'))).toEqual([
      '09:00-21:00 regular',
      '09:00-17:00 regular',
    ]);
    expect([cotton, menthaOil].map((goods) => hoursOn(goods, '2026-10-20'))).toEqual(['17:00-21:00 evening', 'closed']);
  });
});

describe('special days', () => {
  it.each([
    ['2024-01-22', 'closed'],
    ['2025-10-22', 'closed'],
    ['2026-11-24', 'closed'],
    ['2024-01-20', '09:15-15:30 special'],
    ['2024-03-02', '09:15-12:30 special'],
    ['2024-05-18', '09:15-12:40 special'],
    ['2024-11-01', '18:00-19:00 muhurat'],
    ['2025-02-01', '09:15-15:30 special'],
    ['2025-10-21', '13:45-14:45 muhurat'],
    ['2026-02-01', '09:15-15:30 special'],
    ['2026-11-08', '18:00-19:15 muhurat'],
  ])('has shares and their derivatives on %s: %s', (day, hours) => {
    for (const instrument of [share, reliance, nifty, niftyFuture, sensexOption]) {
      expect(hoursOn(instrument, day)).toBe(hours);
      expect(sessionOn(instrument, day)?.auction ?? null).toBeNull();
    }
  });

  it('has currency on its own list', () => {
    expect(hoursOn(rupee, '2025-09-08')).toBe('closed');
    expect(hoursOn(share, '2025-09-08')).toBe('09:15-15:30 regular');
    expect(hoursOn(rupee, '2025-09-05')).toBe('09:00-17:00 regular');
    expect(hoursOn(rupee, '2024-01-20')).toBe('closed');
  });

  it.each([
    [2024, 17],
    [2025, 14],
    [2026, 16],
  ])('closes shares in %i on %i weekdays, Muhurat days of the list included', (year, holidays) => {
    let count = 0;
    for (let day = dayNumber(`${year}-01-01`); day <= dayNumber(`${year}-12-31`); day++) {
      const isWeekday = weekdayOf(day) % 6 !== 0;
      const session = calendar.sessionOn(share, day);
      if (isWeekday && (session === null || session.kind === 'muhurat')) count++;
    }
    expect(count).toBe(holidays);
  });
});

describe('days without data', () => {
  it('have regular hours on every day of the week and say so', () => {
    expect(weekdayOf(dayNumber('2019-03-03'))).toBe(0);
    expect(hoursOn(share, '2019-03-03')).toBe('09:15-15:30 regular');
    expect(sessionOn(share, '2019-03-03')?.isKnown).toBe(false);
    expect(hoursOn(gold, '2019-03-03')).toBe('09:00-23:55 regular');
    expect(sessionOn(share, '2023-12-29')?.isKnown).toBe(false);
    expect(sessionOn(share, '2024-01-01')?.isKnown).toBe(true);
    expect(sessionOn(share, '2026-12-31')?.isKnown).toBe(true);
    expect(sessionOn(share, '2027-01-01')?.isKnown).toBe(false);
  });

  it('follow the latest hours after the data and the earliest before', () => {
    expect(hoursOn(reliance, '2027-06-01')).toBe('09:15-15:15 regular');
    expect(hoursOn(niftyFuture, '2018-06-01')).toBe('09:15-15:30 regular');
  });

  it('are known where a row names them', () => {
    const data = loadMarketCalendarData();
    const row = {
      date: dayNumber('2027-01-26'),
      segments: ['equity'] as const,
      name: 'Republic Day',
      session: null,
      source: 'circular',
      confirmed: true,
    };
    const refreshed = createMarketCalendar({ ...data, days: [...data.days, row] });
    expect(refreshed.sessionOn(share, row.date)).toBeNull();
    expect(refreshed.sessionOn(niftyFuture, row.date)?.isKnown).toBe(false);
  });
});

describe('the next session', () => {
  const next = (instrument: SessionInstrument, day: string, time: string) => {
    const session = calendar.nextSession(instrument, ist(day, time));
    return session === null ? 'none' : `${formatDay(session.day)} ${clock(session.open)}`;
  };

  it('is the one under way until it closes', () => {
    expect(next(share, '2026-11-23', '08:00')).toBe('2026-11-23 09:15');
    expect(next(share, '2026-11-23', '15:29:59')).toBe('2026-11-23 09:15');
    expect(next(share, '2026-11-23', '15:30'), 'over, and the 24th is a holiday').toBe('2026-11-25 09:15');
  });

  it('passes over the closing auction', () => {
    expect(next(reliance, '2026-08-03', '15:15')).toBe('2026-08-04 09:15');
  });

  it('finds a session on a Sunday', () => {
    expect(next(share, '2026-11-06', '16:00')).toBe('2026-11-08 18:00');
    expect(next(share, '2026-01-30', '16:00')).toBe('2026-02-01 09:15');
  });

  it('skips the weekend where there is no data', () => {
    expect(weekdayOf(dayNumber('2027-01-01'))).toBe(5);
    expect(next(share, '2027-01-01', '16:00')).toBe('2027-01-04 09:15');
    expect(next(share, '2027-01-02', '10:00'), 'on a Saturday').toBe('2027-01-04 09:15');
  });

  it('closes after the time, and no earlier session does', () => {
    const anyTime = fc.integer({ min: ist('2024-01-01', '00:00'), max: ist('2026-12-20', '00:00') });
    fc.assert(
      fc.property(fc.constantFrom(share, reliance, niftyFuture, rupee, gold, cotton), anyTime, (instrument, time) => {
        const found = calendar.nextSession(instrument, time);
        expect(found).not.toBeNull();
        if (found === null) return;
        expect(found.close).toBeGreaterThan(time);
        for (let day = found.day - 1; day * DAY_MS > time - 10 * DAY_MS; day--) {
          const earlier = calendar.sessionOn(instrument, day);
          if (earlier !== null) expect(earlier.close).toBeLessThanOrEqual(time);
        }
      }),
    );
  });
});

describe('answers', () => {
  it('are the same object when asked again', () => {
    const day = dayNumber('2026-08-03');
    const first = calendar.sessionOn(reliance, day);
    calendar.sessionOn(reliance, day + 1);
    expect(calendar.sessionOn({ ...reliance }, day)).toBe(first);
  });

  it('are named in the data with a source each', () => {
    const data = loadMarketCalendarData();
    const rows = [...data.coverage, ...data.hours, ...data.commodityClasses, ...data.days];
    for (const row of rows) expect(row.source).not.toBe('');
    const unconfirmed = data.days.filter((row) => !row.confirmed && row.segments.includes('equity'));
    expect(unconfirmed.map((row) => formatDay(row.date))).toEqual(['2024-03-02', '2024-05-18', '2026-11-08']);
  });
});
