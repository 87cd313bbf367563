import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { MarketCalendar } from '../../../src/core/market-session.ts';
import type { EpochMs } from '../../../src/core/time.ts';
import type { Timeframe } from '../../../src/core/timeframe.ts';
import { auditByBestHours } from '../../../src/history/session-instrument.ts';
import { type VerifiableCandles, verifyCandles } from '../../../src/history/verify-candles.ts';
import { fixedCalendar, ist } from '../../support/fixed-calendar.ts';

const share = { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: false } as const;
const MINUTE = 60_000;

function candlesAt(times: readonly EpochMs[], timeframe: Timeframe = '5m'): VerifiableCandles {
  const ones = new Float64Array(times.length).fill(1);
  const openTime = Float64Array.from(times);
  return {
    count: times.length,
    timeframe,
    refused: [],
    openTime,
    open: ones,
    high: ones,
    low: ones,
    close: ones,
    volume: ones,
  };
}

/** Every candle of the days, 09:15 to the close. */
function daysOf(days: readonly string[], minutes = 5, close = '15:30'): EpochMs[] {
  return days.flatMap((day) => {
    const times: EpochMs[] = [];
    for (let time = ist(day, '09:15'); time < ist(day, close); time += minutes * MINUTE) times.push(time);
    return times;
  });
}

describe('verifyCandles', () => {
  it('finds nothing wrong with whole days, a weekend between them', () => {
    const audit = verifyCandles(candlesAt(daysOf(['2026-07-31', '2026-08-03'])), share, fixedCalendar);
    expect(audit).toMatchObject({
      candles: 150,
      days: 2,
      fullDays: 2,
      unknownDays: 0,
      missingCandles: 0,
      outsideSession: 0,
    });
    expect([audit.gaps, audit.missingDays, audit.duplicates, audit.firstOutside]).toEqual([[], [], 0, null]);
    expect([audit.first, audit.last]).toEqual([ist('2026-07-31', '09:15'), ist('2026-08-03', '15:25')]);
  });

  it('names gaps at the open, in the day and before the close', () => {
    const times = daysOf(['2026-08-03']);
    const kept = times.filter((_, slot) => slot > 1 && slot !== 10 && slot !== 11 && slot < 74);
    const audit = verifyCandles(candlesAt(kept), share, fixedCalendar);
    expect(audit.gaps).toEqual([
      { from: ist('2026-08-03', '09:15'), candles: 2 },
      { from: ist('2026-08-03', '10:05'), candles: 2 },
      { from: ist('2026-08-03', '15:25'), candles: 1 },
    ]);
    expect(audit).toMatchObject({ missingCandles: 5, days: 1, fullDays: 0 });
  });

  it('expects a short last candle where the timeframe does not divide the session', () => {
    const times = ['09:15', '10:15', '11:15', '12:15', '13:15', '14:15', '15:15'].map((clock) =>
      ist('2026-08-03', clock),
    );
    expect(verifyCandles(candlesAt(times, '60m'), share, fixedCalendar).fullDays).toBe(1);
    const short = verifyCandles(candlesAt(times.slice(0, -1), '60m'), share, fixedCalendar);
    expect(short.gaps).toEqual([{ from: ist('2026-08-03', '15:15'), candles: 1 }]);
  });

  it('names trading days without a candle, but no days before the first and after the last', () => {
    const audit = verifyCandles(candlesAt(daysOf(['2026-07-29', '2026-08-04'])), share, fixedCalendar);
    expect(audit.missingDays).toEqual(['2026-07-30', '2026-07-31', '2026-08-03']);
  });

  it('counts candles before the open, from the close on and on closed days', () => {
    const outside = [ist('2026-08-03', '09:07'), ist('2026-08-03', '15:30'), ist('2026-08-08', '10:00')];
    const times = [...daysOf(['2026-08-03']), ...outside].sort((a, b) => a - b);
    const audit = verifyCandles(candlesAt(times), share, fixedCalendar);
    expect(audit).toMatchObject({ outsideSession: 3, firstOutside: ist('2026-08-03', '09:07'), days: 1, fullDays: 1 });
  });

  it('counts days the calendar does not know, and misses none between them', () => {
    const unsure: MarketCalendar = {
      ...fixedCalendar,
      sessionOn: (instrument, day) => {
        const session = fixedCalendar.sessionOn(instrument, day);
        return session && { ...session, isKnown: false };
      },
    };
    const audit = verifyCandles(candlesAt(daysOf(['2026-07-29', '2026-08-04'])), share, unsure);
    expect(audit).toMatchObject({ days: 2, unknownDays: 2, missingDays: [] });
  });

  it('recognises rows named by the end of their candle', () => {
    const times = daysOf(['2026-08-03', '2026-08-04']);
    expect(
      verifyCandles(candlesAt(times.map((time) => time + 5 * MINUTE)), share, fixedCalendar).looksEndLabelled,
    ).toBe(true);
    expect(verifyCandles(candlesAt(times), share, fixedCalendar).looksEndLabelled).toBe(false);
    const withClose = [...times, ist('2026-08-03', '15:30'), ist('2026-08-04', '15:30')].sort((a, b) => a - b);
    expect(verifyCandles(candlesAt(withClose), share, fixedCalendar).looksEndLabelled, 'a print at the close').toBe(
      false,
    );
  });

  it('takes daily candles at midnight and at the open, and misses days', () => {
    for (const clock of ['00:00', '09:15']) {
      const times = ['2026-07-30', '2026-08-03'].map((day) => ist(day, clock));
      const audit = verifyCandles(candlesAt(times, '1d'), share, fixedCalendar);
      expect(audit).toMatchObject({
        days: 2,
        fullDays: 2,
        outsideSession: 0,
        missingDays: ['2026-07-31'],
        looksEndLabelled: false,
      });
    }
  });

  it('passes on how many duplicates were refused while reading', () => {
    const refused = [{ reason: 'duplicate time', count: 7 }];
    expect(verifyCandles({ ...candlesAt(daysOf(['2026-08-03'])), refused }, share, fixedCalendar).duplicates).toBe(7);
  });
});

describe('auditByBestHours', () => {
  it('tells a share with derivatives from one without by where its candles end', () => {
    const id = 'NSE:TCS' as InstrumentId;
    const early = auditByBestHours(candlesAt(daysOf(['2026-08-03'], 5, '15:15')), id, fixedCalendar);
    const late = auditByBestHours(candlesAt(daysOf(['2026-08-03'], 5, '15:30')), id, fixedCalendar);
    expect([early.instrument.hasDerivatives, early.audit.fullDays]).toEqual([true, 1]);
    expect([late.instrument.hasDerivatives, late.audit.fullDays]).toEqual([false, 1]);
  });

  it('takes hours of derivatives and of commodities from the id', () => {
    const option = 'NFO:NIFTY:2026-08-11:26000:CE' as InstrumentId;
    expect(auditByBestHours(candlesAt(daysOf(['2026-08-03'], 5, '15:40')), option, fixedCalendar).audit.fullDays).toBe(
      1,
    );
    const future = 'MCX:GOLD:2026-10-05:FUT' as InstrumentId;
    const { instrument } = auditByBestHours(candlesAt([ist('2026-08-03', '09:00')]), future, fixedCalendar);
    expect(instrument).toMatchObject({ exchange: 'MCX', kind: 'FUTURE', symbol: 'GOLD' });
  });
});
