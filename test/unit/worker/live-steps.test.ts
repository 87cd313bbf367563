import { expect, it } from 'vitest';
import { liveSteps } from '../../../src/worker/live-steps.ts';

it('does once and now what was due while nobody looked, before the event', () => {
  const told: string[] = [];
  let nextTimer = 1_000;
  const engine = {
    get nextTimer() {
      return nextTimer;
    },
    tell: (event: { readonly type: string; readonly time?: number }) => {
      told.push(`${event.type} ${event.time ?? ''}`.trim());
      // Every three seconds, counted from when it was done.
      if (event.type === 'timer') nextTimer = (event.time ?? 0) + 3_000;
      return [];
    },
  };
  const reached: number[] = [];
  for (const _ of liveSteps(engine, { type: 'timer', time: 60_000 }, (time) => void reached.push(time)));
  expect(told).toEqual(['timer 60000', 'timer 60000']);
  expect(reached).toEqual([60_000]);
});
