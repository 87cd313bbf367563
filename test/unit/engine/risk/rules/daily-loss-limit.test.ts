import { expect, it } from 'vitest';
import { dailyLossLimit } from '../../../../../src/engine/risk/rules/daily-loss-limit.ts';
import { reasonOf } from '../risk-cases.ts';

it("denies entries once the day's loss has reached the limit", () => {
  const limits = { dailyLossPaise: 500_000 };
  expect(reasonOf(dailyLossLimit, { limits, account: { dayPaise: -499_999 } })).toBeUndefined();
  expect(reasonOf(dailyLossLimit, { limits, account: { dayPaise: 900_000 } })).toBeUndefined();
  expect(reasonOf(dailyLossLimit, { limits, account: { dayPaise: -500_000 } })).toEqual({
    code: 'DAILY_LOSS_LIMIT',
    limitPaise: 500_000,
    lossPaise: 500_000,
  });
});

it('is off without a limit', () => {
  expect(reasonOf(dailyLossLimit, { account: { dayPaise: -99_999_999 } })).toBeUndefined();
});
