import type { WatchTimings } from '../brokers/angel-one/order-stream/order-watch.ts';
import type { SmartStreamTimings } from '../brokers/angel-one/stream/smart-stream.ts';

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
