import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockAfter } from '../../support/build-candle.ts';
import { type Act, acts, CarelessBroker, DESKS } from '../../support/careless-broker.ts';

/** Flat, because an entry the other way has closed what a stop or target on its way was to close. */
const LEG_OF_A_FLAT_POSITION = [
  ...[candle('buy'), fill(4), fill(6), candle('turn'), cancel(), fill(10, 540587149)],
  ...[candle('buy'), fill(10), fill(3), fill(7, 807394455)],
];
const LEG_THAT_FILLS_ON = [
  ...[candle('turn'), fill(10), candle('turn'), fill(10, 146216559)],
  ...[candle('buy'), fill(9), fill(1), fill(10, 33733941)],
];

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
      {
        numRuns: 300,
        examples: [
          [LEG_OF_A_FLAT_POSITION, []],
          [LEG_THAT_FILLS_ON, [fill(1)]],
        ],
      },
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

function candle(wish: Act['wish']): Act {
  return { kind: 'candle', quantity: 1, pick: 0, wish };
}

function fill(quantity: number, pick = 0): Act {
  return { kind: 'fill', quantity, pick, wish: 'nothing' };
}

function cancel(): Act {
  return { kind: 'cancel', quantity: 1, pick: 0, wish: 'nothing' };
}
