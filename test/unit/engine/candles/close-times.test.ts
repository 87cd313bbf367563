import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CloseTimes } from '../../../../src/engine/candles/close-times.ts';

it('always knows the earliest end still open', () => {
  const steps = fc.array(fc.record({ end: fc.integer({ min: 1, max: 12 }), isAdded: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const closeTimes = new CloseTimes();
      const open: number[] = [];
      for (const { end, isAdded } of all) {
        if (isAdded) {
          closeTimes.add(end);
          open.push(end);
        } else {
          closeTimes.remove(end);
          const at = open.indexOf(end);
          if (at >= 0) open.splice(at, 1);
        }
        expect(closeTimes.next).toBe(Math.min(...open));
      }
    }),
  );
});
