import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockAfter } from '../../support/build-candle.ts';
import { acts, CarelessBroker, DESKS } from '../../support/careless-broker.ts';

describe.each(DESKS)('with a broker that fills what it should not, %s', (_name, options) => {
  it('the square-off still leaves nothing', () => {
    fc.assert(
      fc.property(acts, acts, (before, after) => {
        const broker = new CarelessBroker(options);
        for (const act of before) broker.act(act);
        broker.bench.command('squareoff', clockAfter('10:30', 0));
        for (const act of after) if (act.kind !== 'candle') broker.act(act);
        broker.settle();
        expect(broker.working.map(({ role, status }) => [role, status])).toEqual([]);
        expect(broker.bench.held).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('where no exchange ties orders', () => {
  it('what closes the same units twice is never out at once', () => {
    fc.assert(
      fc.property(acts, (drawn) => {
        const broker = new CarelessBroker({ tiesPairs: false });
        for (const { wish, ...act } of drawn) {
          // Nothing is turned: the legs of the new side would protect what the old one's exit has still to free.
          broker.act({ ...act, wish: wish === 'sell' || wish === 'turn' ? 'leave' : wish });
          const { working, bench } = broker;
          const out = working.filter(({ role }) => role !== 'ENTRY').map((order) => bench.order(order));
          const sides = new Set(out.map(({ side }) => side));
          const units = out.reduce((sum, { quantity, filledQuantity }) => sum + quantity - filledQuantity, 0);
          // What a careless broker fills too much is taken back by orders of the other side.
          const isQuiet = sides.size <= 1 && broker.isHonest;
          if (isQuiet) expect(units).toBeLessThanOrEqual(Math.abs(bench.held));
        }
      }),
      { numRuns: 500 },
    );
  });
});
