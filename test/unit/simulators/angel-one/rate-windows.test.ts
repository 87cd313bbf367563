import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RATE_CLASSES } from '../../../../src/simulators/angel-one/rest/endpoints.ts';
import { RateWindows } from '../../../../src/simulators/angel-one/rest/rate-windows.ts';

const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1_500 })), {
  maxLength: 400,
});

describe('the rolling windows', () => {
  it('never let more calls through in any window than its limit, and tell what arrived at most', () => {
    fc.assert(
      fc.property(gaps, (between) => {
        const windows = new RateWindows();
        const arrived: number[] = [];
        const taken: number[] = [];
        let time = 0;
        for (const gap of between) {
          time += gap;
          arrived.push(time);
          const room = countIn(taken, time, 1_000) < RATE_CLASSES.orders.second;
          const isTaken = windows.take('C', 'orders', time, true);
          if (countIn(taken, time, 60_000) < RATE_CLASSES.orders.minute) expect(isTaken).toBe(room);
          if (isTaken) taken.push(time);
        }
        for (const each of taken) expect(countIn(taken, each, 1_000)).toBeLessThanOrEqual(9);
        const most = Math.max(0, ...arrived.map((each) => countIn(arrived, each, 1_000)));
        expect(windows.tallyOf('C').orders?.second.highest ?? 0).toBe(most);
      }),
    );
  });

  it('are each client’s own', () => {
    const windows = new RateWindows();
    expect(windows.take('A', 'login', 0, true)).toBe(true);
    expect(windows.take('A', 'login', 999, true)).toBe(false);
    expect(windows.take('B', 'login', 999, true)).toBe(true);
    expect(windows.take('A', 'login', 1_000, true)).toBe(true);
  });
});

/** Calls in the window that ends with `time`; for equal times all of them. */
function countIn(times: readonly number[], time: number, spanMs: number): number {
  return times.filter((each) => each > time - spanMs && each <= time).length;
}
