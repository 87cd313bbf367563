import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drainMs } from '../../../../src/worker/plan/drain-time.ts';

const PER_SECOND = [{ limit: 3, ms: 1_000 }];

describe('the last of many calls', () => {
  it.each([
    [0, 0],
    [3, 0],
    [4, 1_000],
    // Three a second, 66 seconds for 198 of them: the last two go out in second 66.
    [200, 66_000],
  ])('of %d at three a second waits %d ms', (calls, expected) => {
    expect(drainMs({ calls, windows: PER_SECOND })).toBe(expected);
  });

  it('waits for the narrowest window', () => {
    // Twenty in the first four seconds, the other five when the first ones are a minute old.
    const windows = [
      { limit: 5, ms: 1_000 },
      { limit: 20, ms: 60_000 },
    ];
    expect(drainMs({ calls: 20, windows })).toBe(3_000);
    expect(drainMs({ calls: 25, windows })).toBe(60_000);
    expect(drainMs({ calls: 26, windows })).toBe(61_000);
  });

  it('finds less room behind calls that went out just before', () => {
    expect(drainMs({ calls: 2, windows: [] }, { calls: 1, windows: PER_SECOND })).toBe(0);
    expect(drainMs({ calls: 2, windows: [] }, { calls: 2, windows: PER_SECOND })).toBe(1_000);
  });

  it('never waits less when there are more of them', () => {
    const window = fc.record({ limit: fc.integer({ min: 1, max: 20 }), ms: fc.integer({ min: 1, max: 60_000 }) });
    fc.assert(
      fc.property(fc.nat(300), fc.array(window, { minLength: 1, maxLength: 3 }), (calls, windows) => {
        expect(drainMs({ calls: calls + 1, windows })).toBeGreaterThanOrEqual(drainMs({ calls, windows }));
      }),
    );
  });
});
