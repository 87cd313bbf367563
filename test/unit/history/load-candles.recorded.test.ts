import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadMarketCalendar } from '../../../src/config/load-market-calendar.ts';
import { dayOf, formatDay, formatIst } from '../../../src/core/time.ts';
import { type CandleFile, loadCandles } from '../../../src/history/load-candles.ts';
import { auditByBestHours } from '../../../src/history/session-instrument.ts';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const isAbsent = !existsSync(data);
const calendar = loadMarketCalendar();

/** Symbol, timeframe, rows, first and last time of a file, as its collector counted them. */
function summaryOf(file: CandleFile): unknown[] {
  const first = formatIst(file.openTime[0] ?? 0);
  return [file.instrumentId, file.timeframe, file.count, first, formatIst(file.openTime[file.count - 1] ?? 0)];
}

describe('loadCandles on recorded data', () => {
  it('reads one-minute files', async (test) => {
    if (isAbsent) test.skip('recorded data is absent: ../shared/data');
    const files = await loadCandles({ path: `${data}1min` });
    expect(files.map(summaryOf)).toEqual([
      ['NSE:JUNIORBEES', '1m', 783, '2019-01-01T09:15:00+05:30', '2019-01-04T15:29:00+05:30'],
      ['NSE:NIFTY50', '1m', 1509, '2019-01-01T09:07:00+05:30', '2019-01-04T15:30:00+05:30'],
      ['NSE:YESBANK', '1m', 1130, '2019-07-09T09:15:00+05:30', '2019-07-11T15:40:00+05:30'],
    ]);
    expect(files.flatMap((file) => file.refused)).toEqual([]);
    const [juniorBees] = files;
    expect([juniorBees?.open[1], juniorBees?.low[1], juniorBees?.close[1], juniorBees?.volume[1]]).toEqual([
      292, 290.02, 290.02, 118,
    ]);
  });

  it('reads five-minute files of years', async (test) => {
    if (isAbsent) test.skip('recorded data is absent: ../shared/data');
    const files = await loadCandles({ path: `${data}5min` });
    expect(files.map(summaryOf)).toEqual([
      ['NSE:BANDHANBNK', '5m', 37649, '2018-03-27T09:40:00+05:30', '2020-04-15T13:45:00+05:30'],
      ['NSE:HDFCLIFE', '5m', 44255, '2017-11-17T09:40:00+05:30', '2020-04-15T14:15:00+05:30'],
      ['NSE:ICICIPRULI', '5m', 65242, '2016-09-29T09:40:00+05:30', '2020-04-15T14:25:00+05:30'],
    ]);
    expect(files.flatMap((file) => file.refused)).toEqual([]);
  });

  it('counts the gaps and full days that the collector of the files counted', async (test) => {
    if (isAbsent) test.skip('recorded data is absent: ../shared/data');
    const files = [...(await loadCandles({ path: `${data}1min` })), ...(await loadCandles({ path: `${data}5min` }))];
    const counted = files.map((file) => {
      const { audit } = auditByBestHours(file, file.instrumentId, calendar);
      return [file.instrumentId, audit.missingCandles, audit.fullDays, audit.days];
    });
    expect(counted).toEqual([
      ['NSE:JUNIORBEES', 717, 0, 4],
      ['NSE:NIFTY50', 0, 4, 4],
      ['NSE:YESBANK', 0, 3, 3],
      ['NSE:BANDHANBNK', 25, 500, 502],
      ['NSE:HDFCLIFE', 19, 588, 590],
      ['NSE:ICICIPRULI', 56, 867, 870],
    ]);
  });

  it('reads every daily file, each with a candle on each trading day the calendar knows', async (test) => {
    if (isAbsent) test.skip('recorded data is absent: ../shared/data');
    const files = await loadCandles({ path: `${data}daily` });
    expect(files).toHaveLength(20);
    for (const file of files) {
      expect([file.timeframe, file.count, file.refused]).toEqual(['1d', 876, []]);
      expect(formatDay(dayOf(file.openTime[875] ?? 0))).toBe('2026-07-16');
      const { audit } = auditByBestHours(file, file.instrumentId, calendar);
      expect([audit.missingDays, audit.outsideSession, audit.unknownDays]).toEqual([[], 0, 246]);
    }
  });

  it('reads rolling options and the week of five-minute files, and finds the flat candles after hours', async (test) => {
    if (isAbsent) test.skip('recorded data is absent: ../shared/data');
    const options = await loadCandles({ path: `${data}5min-options` });
    expect(options.map((file) => [file.timeframe, file.count, file.refused])).toEqual([
      ['5m', 9075, []],
      ['5m', 9075, []],
    ]);
    const week = await loadCandles({ path: `${data}5min-week-2026-07` });
    const outside = week.flatMap((file) => {
      const { audit } = auditByBestHours(file, file.instrumentId, calendar);
      return audit.outsideSession === 0 ? [] : [[file.instrumentId, audit.outsideSession]];
    });
    expect(week).toHaveLength(20);
    expect(outside).toEqual([
      ['NSE:BANKNIFTY', 2],
      ['NSE:NIFTY', 2],
    ]);
  });
});
