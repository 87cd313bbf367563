import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPeriod } from '../../../../../src/alerts/telegram/control/read-period.ts';
import { formatDay, parseDay } from '../../../../../src/core/time.ts';

const TODAY = parseDay('2026-11-21') ?? 0;

function daysOf(text: string): readonly string[] | undefined {
  const days = readPeriod(text, TODAY);
  return days && [formatDay(days.first), formatDay(days.last)];
}

test.each([
  ['30d', '2026-10-23', '2026-11-21'],
  ['1d', '2026-11-21', '2026-11-21'],
  ['2026-10', '2026-10-01', '2026-10-31'],
  ['2026-02', '2026-02-01', '2026-02-28'],
  ['2024-02', '2024-02-01', '2024-02-29'],
  ['2026-10-05', '2026-10-05', '2026-10-05'],
  ['2026-01-01..2026-03-31', '2026-01-01', '2026-03-31'],
])('"%s" is %s to %s', (text, first, last) => {
  expect(daysOf(text)).toEqual([first, last]);
});

test.each([
  ...['', 'd', '0d', '-5d', '30', '30 d', '3m', '9999d', '2026', '2026-13', '2026-00', '2026-02-30', 'today'],
  ...[
    '2026-03-31..2026-01-01',
    '2026-01-01..',
    '..2026-01-01',
    '2026-01-01..2026-02-01..2026-03-01',
    '2000-01-01..2026-01-01',
  ],
])('"%s" is no period', (text) => {
  expect(daysOf(text)).toBeUndefined();
});

test('any two days in order are read as they are', () => {
  const day = fc.integer({ min: 0, max: 3_652 }).map((offset) => TODAY - offset);
  fc.assert(
    fc.property(day, day, (a, b) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      expect(readPeriod(`${formatDay(first)}..${formatDay(last)}`, TODAY)).toEqual({ first, last });
    }),
  );
});

test('any text is days in order within ten years, or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\d.d-]{0,22}$/)), (text) => {
      const days = readPeriod(text, TODAY);
      if (days) expect(days.first <= days.last && days.last - days.first < 3_653).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
