import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import shipped from '../../../src/config/data/market-calendar.json' with { type: 'json' };
import { loadMarketCalendar } from '../../../src/config/load-market-calendar.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { dayNumber } from '../../support/fixed-calendar.ts';

const folder = mkdtempSync(join(tmpdir(), 'market-calendar-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: unknown): string {
  const path = join(folder, 'calendar.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** The message of the refusal. */
function refusal(content: unknown): string {
  const path = write(content);
  try {
    loadMarketCalendar(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain('\n');
    expect(error.message).toContain(path);
    return error.message.slice(path.length + 2);
  }
  return 'accepted';
}

/** The shipped file with its first rows changed. */
function changed(change: { readonly day?: object; readonly hours?: object; readonly coverage?: object }): unknown {
  const first = <Row extends object>(rows: readonly Row[], fields: object = {}): object[] =>
    rows.map((row, index) => (index === 0 ? { ...row, ...fields } : row));
  return {
    ...shipped,
    days: first(shipped.days, change.day),
    hours: first(shipped.hours, change.hours),
    coverage: first(shipped.coverage, change.coverage),
  };
}

describe('a market calendar file', () => {
  it('replaces the shipped one', () => {
    const share = { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: false } as const;
    const row = {
      date: '2026-11-25',
      segments: ['equity'],
      name: 'Strike',
      session: null,
      source: 'x',
      confirmed: true,
    };
    const calendar = loadMarketCalendar(write({ ...shipped, days: [...shipped.days, row] }));
    expect(calendar.sessionOn(share, dayNumber('2026-11-25'))).toBeNull();
    expect(loadMarketCalendar().sessionOn(share, dayNumber('2026-11-25'))).not.toBeNull();
  });

  it('is refused with the path of an unknown key', () => {
    expect(refusal({ ...shipped, holidays: [] })).toMatch(/^holidays: unknown key/);
    expect(refusal(changed({ day: { closed: true } }))).toMatch(/^days\[0\]\.closed: unknown key/);
  });

  it.each([
    [changed({ day: { date: '2026-02-30' } }), 'days[0].date: expected a date as YYYY-MM-DD, found "2026-02-30"'],
    [changed({ hours: { open: '9:15' } }), 'hours[0].open: expected a time of day as HH:MM, found "9:15"'],
    [changed({ hours: { close: '09:15' } }), 'hours[0].close: expected a time after the open, found "09:15"'],
    [
      changed({ coverage: { to: '2020-01-01' } }),
      'coverage[0].to: expected a day not before 2024-01-01, found "2020-01-01"',
    ],
    [changed({ coverage: { segment: 'currency' } }), 'coverage: expected one row for "equity" (there are 0)'],
    [{ ...shipped, days: [...shipped.days, shipped.days[0]] }, `days[${shipped.days.length}]: expected one row for`],
    [{ ...shipped, hours: shipped.hours.slice(1) }, 'hours: expected a row for "share" (there is none)'],
    ['{', 'expected a market calendar as JSON, found an error:'],
  ])('is refused with what is wrong in it (%#)', (content, problem) => {
    expect(refusal(content)).toContain(problem);
  });

  it('is refused when it is not there', () => {
    const path = join(folder, 'absent.json');
    expect(() => loadMarketCalendar(path)).toThrow(`${path}: expected a market calendar, found no readable file`);
  });
});
