import type { EpochMs } from '../core/time.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import { type SteppedEngine, timeOf } from '../simulation/paper-steps.ts';

/**
 * The order of clock and engine at a market event when orders end at a broker: what is due, then the event. What is overdue is
 * done once and at the time it is done: after a pause nothing is caught up on, moment by moment, at prices of before.
 */
export function* liveSteps(engine: SteppedEngine, event: MarketEvent, reach: (time: EpochMs) => void): Generator<void> {
  const time = timeOf(event);
  reach(time);
  while (engine.nextTimer <= time) {
    engine.tell({ type: 'timer', time });
    yield;
  }
  engine.tell(event);
  yield;
}
