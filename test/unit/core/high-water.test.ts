import { expect, test } from 'vitest';
import { HighWater } from '../../../src/core/high-water.ts';

test('knows the highest since it was last asked, and begins anew at where it stands', () => {
  const water = new HighWater();
  for (const level of [1, 5, 2]) water.rise(level);
  expect(water.take(2)).toBe(5);
  water.rise(1);
  expect(water.take(0)).toBe(2);
  expect(water.take(3), 'it stands higher than anybody has told').toBe(3);
});
