import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMarketCalendar, loadMarketCalendarData } from '../../src/config/load-market-calendar.ts';
import type { MarketCalendar } from '../../src/core/market-session.ts';
import { dayOf, formatDay } from '../../src/core/time.ts';
import { type OnFinished, tempFolder } from './temp-folder.ts';

/** The calendar as it ships, but today is one long session: for workers that live by the real time of day. */
export function openAllDay(
  now: number,
  onFinished?: OnFinished,
): { readonly path: string; readonly calendar: MarketCalendar } {
  const { coverage, hours, commodityClasses, days } = loadMarketCalendarData();
  const today = dayOf(now);
  const segments = ['equity', 'derivatives'] as const;
  const others = days.flatMap((row) => {
    const left = row.segments.filter((each) => row.date !== today || !segments.some((segment) => segment === each));
    return left.length === 0 ? [] : [{ ...row, segments: left }];
  });
  const session = { kind: 'special', open: 0, close: 24 * 3_600_000 - 60_000 } as const;
  const source = { source: 'a test', confirmed: true };
  const row = { date: today, segments, name: 'All day', session, ...source };
  const path = join(tempFolder(onFinished), 'market-calendar.json');
  const whole = coverage.map((each) => ({ ...each, to: Math.max(each.to, today) }));
  const data = { about: 'A test', coverage: whole, hours, commodityClasses, days: [...others, row] };
  writeFileSync(path, JSON.stringify(data, wordOf));
  return { path, calendar: loadMarketCalendar(path) };
}

const DAYS: ReadonlySet<string> = new Set(['from', 'to', 'date']);
const TIMES: ReadonlySet<string> = new Set(['open', 'close', 'closeOnUsStandardTime']);

/** Days and times of day as the file has them. */
function wordOf(key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (DAYS.has(key)) return formatDay(value);
  if (!TIMES.has(key)) return value;
  const minutes = Math.round(value / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
