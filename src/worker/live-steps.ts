import type { EpochMs } from '../core/time.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import { type SteppedEngine, timeOf } from '../simulation/paper-steps.ts';

/** The order of clock and engine at a market event when orders end at a broker: timers that are due, then the event. */
export function* liveSteps(engine: SteppedEngine, event: MarketEvent, reach: (time: EpochMs) => void): Generator<void> {
  const time = timeOf(event);
  while (engine.nextTimer <= time) {
    const due = engine.nextTimer;
    reach(due);
    engine.tell({ type: 'timer', time: due });
    yield;
  }
  reach(time);
  engine.tell(event);
  yield;
}
