import { expect, it } from 'vitest';
import { planRoughDay } from '../../../../src/worker/rehearsal/rough-day.ts';

const ROUGHNESS = { disconnects: 30, expiries: 5, storms: 3 };
const HOURS = { from: 1_000_000, to: 23_000_000, speed: 100 };

it('deals as many blows as asked for, inside the hours, in order of time', () => {
  const blows = planRoughDay(ROUGHNESS, { seed: 'a', ...HOURS });
  const counts = Object.groupBy(blows, ({ kind }) => kind);
  expect([counts.disconnect?.length, counts.expiry?.length, counts.storm?.length]).toEqual([30, 5, 3]);
  const times = blows.map(({ time }) => time);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(HOURS.from);
  expect(Math.max(...times)).toBeLessThan(HOURS.to);
});

it('deals the same day for the same seed and another for another', () => {
  const day = (seed: string) => planRoughDay(ROUGHNESS, { seed, ...HOURS });
  expect(day('a')).toEqual(day('a'));
  expect(day('a')).not.toEqual(day('b'));
});
