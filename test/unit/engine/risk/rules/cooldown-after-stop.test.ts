import { expect, it } from 'vitest';
import { cooldownAfterStop } from '../../../../../src/engine/risk/rules/cooldown-after-stop.ts';
import { at, reasonOf } from '../risk-cases.ts';

const limits = { cooldownAfterStopMs: 15 * 60_000 };
const lastStopTime = at('10:00:00');

it('denies an entry until the cooldown after a stop is over', () => {
  const until = at('10:15:00');
  expect(reasonOf(cooldownAfterStop, { limits, lastStopTime, now: lastStopTime })).toMatchObject({ until });
  expect(reasonOf(cooldownAfterStop, { limits, lastStopTime, now: until - 1 })).toEqual({
    code: 'COOLDOWN_AFTER_STOP',
    until,
  });
  expect(reasonOf(cooldownAfterStop, { limits, lastStopTime, now: until })).toBeUndefined();
});

it('has nothing to say without a stop or without a cooldown', () => {
  expect(reasonOf(cooldownAfterStop, { limits })).toBeUndefined();
  expect(reasonOf(cooldownAfterStop, { lastStopTime })).toBeUndefined();
});
