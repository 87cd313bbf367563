import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  dayOf,
  formatClock,
  formatDay,
  formatIst,
  parseDay,
  parseTimeOfDay,
  startOfDay,
  weekdayOf,
} from '../../../src/core/time.ts';

const anyDay = fc.integer({ min: -200_000, max: 200_000 });

describe('a day', () => {
  it('starts at midnight in India', () => {
    expect(dayOf(Date.UTC(2026, 7, 2, 18, 29, 59, 999))).toBe(parseDay('2026-08-02'));
    expect(dayOf(Date.UTC(2026, 7, 2, 18, 30))).toBe(parseDay('2026-08-03'));
    expect(startOfDay(0)).toBe(-19_800_000);
  });

  it('holds its first and its last millisecond', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(dayOf(startOfDay(day))).toBe(day);
        expect(dayOf(startOfDay(day) + DAY_MS - 1)).toBe(day);
        expect(startOfDay(day + 1) - startOfDay(day)).toBe(DAY_MS);
      }),
    );
  });

  it('is written as the Gregorian calendar has it and read back', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const text = formatDay(day);
        expect(text).toBe(new Date(day * DAY_MS).toISOString().slice(0, 10));
        expect(parseDay(text)).toBe(day);
      }),
    );
  });

  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '26-01-01', '2026-01-01T00:00', ' 2026-01-01', ''])(
    'is not read from "%s"',
    (text) => {
      expect(parseDay(text)).toBeUndefined();
    },
  );

  it('has the weekday of the calendar', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(weekdayOf(day)).toBe(new Date(day * DAY_MS).getUTCDay());
      }),
    );
  });
});

describe('a time', () => {
  it('is written in Indian time, with milliseconds only when it has some', () => {
    const time = Date.UTC(2026, 10, 23, 3, 45, 7);
    expect(formatIst(time)).toBe('2026-11-23T09:15:07+05:30');
    expect(formatIst(time + 40)).toBe('2026-11-23T09:15:07.040+05:30');
    expect(formatIst(-1)).toBe('1970-01-01T05:29:59.999+05:30');
    expect(formatClock(time)).toBe('09:15:07');
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (time) => {
        expect(Date.parse(formatIst(time))).toBe(time);
      }),
    );
  });
});

describe('a time of day', () => {
  it('is read with and without seconds', () => {
    expect(parseTimeOfDay('09:15')).toBe(33_300_000);
    expect(parseTimeOfDay('23:59:59')).toBe(DAY_MS - 1000);
    expect(parseTimeOfDay('00:00')).toBe(0);
  });

  it.each(['24:00', '09:60', '09:15:60', '9:15', '09:15:5', '0915', '09:15 ', ''])('is not read from "%s"', (text) => {
    expect(parseTimeOfDay(text)).toBeUndefined();
  });
});
