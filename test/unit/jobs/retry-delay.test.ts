import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retryDelayMs } from '../../../src/jobs/retry-delay.ts';

it('doubles from attempt to attempt up to 15 s, half of it by chance', () => {
  const bounds = (made: number) => [retryDelayMs(made, () => 0), retryDelayMs(made, () => 1)];
  expect([1, 2, 3, 4].map(bounds)).toEqual([
    [125, 250],
    [250, 500],
    [500, 1_000],
    [1_000, 2_000],
  ]);
  expect(bounds(7)).toEqual([7_500, 15_000]);
});

it('stays a usable wait however often it was tried', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (made, chance) => {
      const wait = retryDelayMs(made, () => chance);
      return Number.isInteger(wait) && wait >= 125 && wait <= 15_000;
    }),
  );
});
