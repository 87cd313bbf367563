import type { WatchTimings } from '../brokers/angel-one/order-stream/order-watch.ts';
import type { SmartStreamTimings } from '../brokers/angel-one/stream/smart-stream.ts';
import { LEG_PATIENCE_MS } from '../engine/held-exits.ts';
import type { ExecutionPolicy } from '../engine/orders/execution-policy.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';

/**
 * How streams keep themselves alive in a market that runs `speed` times as fast: sockets know real time only, and half a
 * second of theirs is minutes of such a market. The machine's own delays do not shrink, hence the floors.
 */
export function pacedStream(speed: number): SmartStreamTimings {
  const paced = (ms: number, floor: number): number => Math.max(ms / speed, floor);
  return {
    pingMs: paced(10_000, 200),
    deadLinkMs: paced(25_000, 2_000),
    connectMs: 10_000,
    shortestBackOffMs: paced(500, 20),
    longestBackOffMs: paced(30_000, 500),
    refusedBackOffMs: paced(60_000, 1_000),
    stableMs: paced(15_000, 100),
    closeMs: 1_000,
    firstTickMs: paced(10_000, 1_000),
  };
}

export function pacedWatch(speed: number): WatchTimings {
  return {
    pollMs: Math.max(30_000 / speed, 250),
    shortestRetryMs: Math.max(500 / speed, 20),
    longestRetryMs: Math.max(30_000 / speed, 500),
  };
}

/** How long the broker may take to answer; a session that is played would be over by then. */
export function pacedPatienceMs(speed: number): number {
  return Math.max(10_000 / speed, 1_500);
}

/** How long an order is given at the broker before more is asked for it: its way there and back does not shrink. */
const ROUND_TRIP_MS = 400;

/** Limits follow the price, and legs that will not go are told of, no sooner than the broker can have answered. */
export function pacedEngine(
  speed: number,
  execution: ExecutionPolicy | null,
): Pick<EngineOptions, 'execution' | 'legPatienceMs'> {
  const leastMs = ROUND_TRIP_MS * speed;
  return {
    execution: execution && { ...execution, repriceAfterMs: Math.max(execution.repriceAfterMs, leastMs) },
    legPatienceMs: Math.max(LEG_PATIENCE_MS, 4 * leastMs),
  };
}
