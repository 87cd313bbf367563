import { expect, it } from 'vitest';
import { losingStreakLock } from '../../../../../src/engine/risk/rules/losing-streak-lock.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries after so many losing trades in a row', () => {
  const limits = { losingStreak: 3 };
  expect(reasonOf(losingStreakLock, { limits, account: { losingStreak: 2 } })).toBeUndefined();
  expect(reasonOf(losingStreakLock, { limits, account: { losingStreak: 3 } })).toEqual({
    code: 'LOSING_STREAK_LOCK',
    limit: 3,
    losses: 3,
  });
  expect(reasonOf(losingStreakLock, { account: { losingStreak: 99 } }), 'no limit').toBeUndefined();
});
