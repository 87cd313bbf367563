import { expect, it } from 'vitest';
import { maxDrawdown } from '../../../../../src/engine/risk/rules/max-drawdown.ts';
import { reasonOf } from '../risk-cases.ts';

const limits = { maxDrawdownPercent: 10 };

it('denies entries once equity has fallen from its peak by the limit', () => {
  const peakEquityPaise = 12_000_000;
  expect(reasonOf(maxDrawdown, { limits, account: { peakEquityPaise, equityPaise: 10_800_001 } })).toBeUndefined();
  expect(reasonOf(maxDrawdown, { limits, account: { peakEquityPaise, equityPaise: 10_800_000 } })).toEqual({
    code: 'MAX_DRAWDOWN',
    limitPercent: 10,
    drawdownPercent: 10,
  });
});

it('has nothing to say at the peak, nor without a limit', () => {
  expect(reasonOf(maxDrawdown, { limits })).toBeUndefined();
  expect(reasonOf(maxDrawdown, { limits, account: { peakEquityPaise: 0, equityPaise: 0 } })).toBeUndefined();
  expect(reasonOf(maxDrawdown, { account: { equityPaise: 1 } })).toBeUndefined();
});

it('takes a fall from an empty account for a whole one', () => {
  expect(reasonOf(maxDrawdown, { limits, account: { peakEquityPaise: 0, equityPaise: -1 } })).toMatchObject({
    drawdownPercent: 100,
  });
});
