import { describe, expect, test } from 'vitest';
import { angelOneWindows, publishedWindows } from '../../../../src/brokers/angel-one/call-limits.ts';
import type { CallClass } from '../../../../src/brokers/angel-one/rest/call-class.ts';
import { MemoryCallLog } from '../../../../src/brokers/shared/memory-call-log.ts';
import { RateBudget } from '../../../../src/brokers/shared/rate-budget.ts';
import { CALL_PRIORITIES } from '../../../../src/ports/call-budget.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const CLASSES: readonly CallClass[] = [
  'login',
  'refresh',
  'profile',
  'logout',
  'funds',
  'orderWrite',
  'orderBook',
  'tradeBook',
  'positions',
  'orderDetails',
  'ltp',
  'quote',
  'search',
  'convert',
  'holdings',
  'margin',
  'gttWrite',
  'gttRead',
  'candles',
  'greeks',
  'derived',
];

describe("Angel One's call limits", () => {
  test.each<[CallClass, readonly (readonly [number, number])[]]>([
    [
      'orderWrite',
      [
        [9, 1_000],
        [500, 60_000],
        [1_000, 3_600_000],
      ],
    ],
    [
      'gttWrite',
      [
        [9, 1_000],
        [500, 60_000],
        [5_000, 3_600_000],
      ],
    ],
    [
      'candles',
      [
        [3, 1_000],
        [180, 60_000],
        [5_000, 3_600_000],
      ],
    ],
    [
      'refresh',
      [
        [1, 1_000],
        [1_000, 3_600_000],
      ],
    ],
    ['orderBook', [[1, 1_000]]],
    ['derived', [[1, 1_000]]],
  ])('of %s are those that the broker publishes', (callClass, expected) => {
    expect(publishedWindows(callClass).map(({ limit, ms }) => [limit, ms])).toEqual(expected);
  });

  test.each(CLASSES)(
    'of %s leave others than exits at least one call, and stay inside what is published',
    (callClass) => {
      const published = publishedWindows(callClass);
      const used = angelOneWindows()(callClass);
      expect(used).toHaveLength(published.length);
      for (const [index, { limit, ms, exitReserve }] of used.entries()) {
        expect(ms).toBe(published[index]?.ms);
        expect(limit).toBeLessThanOrEqual(published[index]?.limit ?? 0);
        expect(limit - exitReserve).toBeGreaterThanOrEqual(1);
      }
    },
  );

  test('leave exits two order writes a second, and a tenth of the minute and of the hour', () => {
    expect(angelOneWindows()('orderWrite').map(({ exitReserve }) => exitReserve)).toEqual([2, 50, 100]);
  });

  test('can be given another margin', () => {
    const windows = angelOneWindows({ orderWrite: [0, 10, 20] })('orderWrite');
    expect(windows.map(({ limit }) => limit)).toEqual([9, 490, 980]);
  });

  test.each<CallClass>(['orderWrite', 'candles', 'orderBook'])(
    'of %s hold at the broker over an hour of asking for more',
    async (callClass) => {
      const clock = new ManualClock();
      const start = clock.now();
      const log = new MemoryCallLog(clock);
      const budget = new RateBudget<CallClass>({ clock, log, windowsOf: angelOneWindows(), onError: () => {} });
      const arrivals: number[] = [];
      const abort = new AbortController();
      for (let place = 0; place < 6_000; place++) {
        const priority = CALL_PRIORITIES[place % CALL_PRIORITIES.length] ?? 'read';
        // Calls take the longest and the shortest way in turn.
        const delayMs = (place % 2) * 300;
        budget.take(callClass, priority, abort.signal).then(
          async (onAnswer) => {
            await clock.sleepUntil(clock.now() + delayMs);
            arrivals.push(clock.now());
            onAnswer();
          },
          () => {},
        );
      }
      await clock.reach(start + 2 * 3_600_000);
      abort.abort();
      arrivals.sort((a, b) => a - b);
      for (const { limit, ms } of publishedWindows(callClass)) {
        const isOver = arrivals.some(
          (from, index) => (arrivals[index + limit] ?? Number.POSITIVE_INFINITY) < from + ms,
        );
        expect(isOver, `more than ${limit} in ${ms} ms`).toBe(false);
      }
      expect(arrivals.length).toBeGreaterThan(1_500);
    },
  );
});
