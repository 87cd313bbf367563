import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadMarketCalendar } from '../../../src/config/load-market-calendar.ts';
import { formatDay } from '../../../src/core/time.ts';
import { dayNumber } from '../../support/fixed-calendar.ts';

const file = new URL('../../../../shared/data/daily/NIFTY.csv.gz', import.meta.url);
const index = { exchange: 'NSE', kind: 'INDEX', hasDerivatives: true } as const;

describe('the calendar against recorded daily bars', () => {
  it('is open on exactly the days that have a bar', (test) => {
    if (!existsSync(file)) test.skip('recorded data is absent: ../shared/data/daily/NIFTY.csv.gz');
    const rows = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1);
    const recorded = rows.map((row) => row.slice(0, 10)).filter((day) => day >= '2024-01-01');
    const last = recorded.at(-1) ?? '';
    const calendar = loadMarketCalendar();
    const open: string[] = [];
    for (let day = dayNumber('2024-01-01'); day <= dayNumber(last); day++) {
      if (calendar.sessionOn(index, day) !== null) open.push(formatDay(day));
    }
    expect(recorded.length).toBeGreaterThan(600);
    expect(open).toEqual(recorded);
  });
});
