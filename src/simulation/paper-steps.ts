/**
 * The one right order of clock, exchange and engine at a market event when orders end at the simulated exchange: timers
 * that are due, then the exchange (fills and updates reach the engine), then the engine itself. After each yield the
 * orders planned so far must be with the exchange; a backtest sends them at once, the worker waits for its queue.
 */
import { assertNever } from '../core/errors.ts';
import type { EpochMs } from '../core/time.ts';
import type { EngineEvent } from '../ports/engine-event.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

export interface SteppedEngine {
  readonly nextTimer: EpochMs;
  tell(event: EngineEvent): void;
}

export function* paperSteps(
  engine: SteppedEngine,
  exchange: SimulatedExchange,
  event: MarketEvent,
  reach: (time: EpochMs) => void,
): Generator<void> {
  const time = timeOf(event);
  while (engine.nextTimer <= time) yield* timerSteps(engine, exchange, engine.nextTimer, reach);
  reach(time);
  yield;
  switch (event.type) {
    case 'tick':
      exchange.onTick(event.tick);
      break;
    case 'candle':
      exchange.onCandle(event.candle);
      break;
    case 'timer':
      exchange.advance(event.time);
      break;
    case 'gap':
      break;
    default:
      assertNever(event, 'market event');
  }
  yield;
  engine.tell(event);
  yield;
}

function* timerSteps(
  engine: SteppedEngine,
  exchange: SimulatedExchange,
  time: EpochMs,
  reach: (time: EpochMs) => void,
): Generator<void> {
  reach(time);
  yield;
  exchange.advance(time);
  yield;
  engine.tell({ type: 'timer', time });
  yield;
}

export function timeOf(event: MarketEvent): EpochMs {
  switch (event.type) {
    case 'tick':
      return event.tick.time;
    case 'candle':
      return event.candle.openTime;
    case 'timer':
      return event.time;
    case 'gap':
      return event.from;
    default:
      return assertNever(event, 'market event');
  }
}
