import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../../src/core/time.ts';
import { ReportedFunds } from '../../../../src/engine/risk/reported-funds.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';

const START = 1_000 * MINUTE_MS;
const { id } = testInstrument('NSE:INFY');
const BUY = { instrumentId: id, side: 'BUY', product: 'INTRADAY' } as const;
const report = (availablePaise: number, time = START, paise?: number) => ({
  ...({ type: 'fundsReported', availablePaise, time } as const),
  margins: paise === undefined ? [] : [{ ...BUY, paise, time }],
});

describe('the funds that the broker reports', () => {
  it('say nothing before the first report, and nothing once it is old', () => {
    const funds = new ReportedFunds();
    funds.spend(500, START);
    expect([funds.availablePaise(START), funds.unitMarginPaise(BUY, START)]).toEqual([Number.POSITIVE_INFINITY, 0]);
    funds.take(report(10_000, START, 30_000.5));
    const later = START + 10 * MINUTE_MS;
    expect([funds.availablePaise(later), funds.unitMarginPaise(BUY, later)]).toEqual([10_000, 30_000.5]);
    expect([funds.availablePaise(later + 1), funds.unitMarginPaise(BUY, later + 1)]).toEqual([
      Number.POSITIVE_INFINITY,
      0,
    ]);
  });

  it('know one side and one product from another', () => {
    const funds = new ReportedFunds();
    funds.take(report(10_000, START, 200));
    expect(funds.unitMarginPaise({ ...BUY, side: 'SELL' }, START)).toBe(0);
    expect(funds.unitMarginPaise({ ...BUY, product: 'DELIVERY' }, START)).toBe(0);
  });

  it('take off what was allowed since, and what may not have been at the broker yet when it was asked', () => {
    const funds = new ReportedFunds();
    funds.take(report(10_000));
    funds.spend(3_000, START + MINUTE_MS);
    funds.spend(2_000, START + 3 * MINUTE_MS - 5 * SECOND_MS);
    expect(funds.availablePaise(START + 3 * MINUTE_MS)).toBe(5_000);
    funds.take(report(7_000, START + 3 * MINUTE_MS));
    expect(funds.availablePaise(START + 3 * MINUTE_MS)).toBe(5_000);
    funds.take(report(5_000, START + 6 * MINUTE_MS));
    expect(funds.availablePaise(START + 6 * MINUTE_MS)).toBe(5_000);
  });

  it('of a report that was overtaken keep the margins only', () => {
    const funds = new ReportedFunds();
    funds.take(report(10_000, START + MINUTE_MS));
    funds.take(report(99_000, START, 150));
    expect([funds.availablePaise(START + MINUTE_MS), funds.unitMarginPaise(BUY, START + MINUTE_MS)]).toEqual([
      10_000, 150,
    ]);
  });

  it('never let the same money be spent twice between two reports', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 4_000 })));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), steps, (cash, wishes) => {
        const funds = new ReportedFunds();
        funds.take(report(cash));
        let now = START;
        let spent = 0;
        for (const [seconds, paise] of wishes) {
          now += seconds * SECOND_MS;
          if (now - START > 10 * MINUTE_MS || paise > funds.availablePaise(now)) continue;
          funds.spend(paise, now);
          spent += paise;
        }
        expect(spent).toBeLessThanOrEqual(cash);
      }),
    );
  });
});
