/**
 * Plays the simulator's session from its first print to the end of its day. Entry points: `playSession`, `followSimulator`, `reached`.
 *
 * The market's clock follows the prices that arrive; while none come it follows what the simulator says, so that a stream
 * that is down does not stop the time of sessions, budgets and gaps. It is never ahead of the simulator's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UnavailableError } from '../core/errors.ts';
import type { EpochMs } from '../core/time.ts';
import type { MarketClock } from './market-clock.ts';
import type { MarketQueue } from './market-queue.ts';
import type { SimulatorProcess } from './simulator-process.ts';

export interface PlayedSessionOptions {
  readonly simulator: Pick<SimulatorProcess, 'ask'>;
  /** Resolves with the number of prints when the last one has been made. */
  readonly ended: Promise<number>;
  readonly clock: MarketClock;
  readonly queue: MarketQueue;
  readonly arrivals: Arrivals;
  /** So many instruments are to be subscribed before the first print. */
  readonly subscriptions: number;
  /** When everything that comes after the last print has come: orders expire, positions are settled. Null: at once. */
  readonly dayEnd: EpochMs | null;
  readonly signal: AbortSignal;
}

/** What the stream has brought. */
export interface Arrivals {
  count: number;
  /** The stream was down: what was printed meanwhile never arrives. */
  hasBroken: boolean;
  isUp: boolean;
}

const SUBSCRIBE_PATIENCE_MS = 10_000;
/** After the last print was made, without another one arriving: what is missing then was lost. */
const ARRIVAL_PATIENCE_MS = 5_000;
/** The same when some were missed on the way and the stream is up again. */
const QUIET_MS = 500;
const LOOK_AGAIN_MS = 10;
const FOLLOW_MS = 20;

const healthSchema = z.object({ time: z.number() });
const streamsSchema = z.object({
  connections: z.array(z.object({ isOpen: z.boolean(), subscriptions: z.int() })),
});

export async function timeOfSimulator(simulator: Pick<SimulatorProcess, 'ask'>): Promise<EpochMs> {
  return healthSchema.parse(await simulator.ask('health')).time;
}

/** Resolves when all that was printed has arrived and the day is over; rejects when something got lost on the way. */
export async function playSession(options: PlayedSessionOptions): Promise<void> {
  const { simulator, signal, dayEnd } = options;
  await subscribed(options);
  if (signal.aborted) return;
  await simulator.ask('start', {});
  const stopped = new Promise<'stopped'>((resolve) => {
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const prints = await Promise.race([options.ended, stopped]);
  if (prints === 'stopped') return;
  await arrived(options, prints);
  if (dayEnd !== null) await evening(options, dayEnd);
}

/**
 * The clock goes with the simulator's until `stop`, whether prices come or not: calls that wait for their turn wait by it,
 * also those that are made when the session is over or while the worker stops.
 */
export async function followSimulator(
  { simulator, clock, arrivals }: Pick<PlayedSessionOptions, 'simulator' | 'clock' | 'arrivals'>,
  stop: AbortSignal,
): Promise<void> {
  for (let before = arrivals.count; !stop.aborted; before = arrivals.count) {
    await sleep(FOLLOW_MS);
    if (arrivals.count === before && !stop.aborted) clock.reach(await timeOfSimulator(simulator));
  }
}

/** Resolves when the simulator's clock has come to `time`. */
export async function reached(
  simulator: Pick<SimulatorProcess, 'ask'>,
  time: EpochMs,
  stop: AbortSignal,
): Promise<number> {
  while (!stop.aborted && (await timeOfSimulator(simulator)) < time) await sleep(FOLLOW_MS);
  return 0;
}

async function subscribed({ simulator, subscriptions, signal }: PlayedSessionOptions): Promise<void> {
  const deadline = performance.now() + SUBSCRIBE_PATIENCE_MS;
  while (!signal.aborted) {
    const { connections } = streamsSchema.parse(await simulator.ask('streams'));
    const open = connections.filter(({ isOpen }) => isOpen);
    if (open.reduce((sum, each) => sum + each.subscriptions, 0) >= subscriptions) return;
    if (performance.now() > deadline) throw new UnavailableError('The market stream could not be subscribed to');
    await sleep(LOOK_AGAIN_MS);
  }
}

async function arrived({ arrivals, signal }: PlayedSessionOptions, prints: number): Promise<void> {
  let lastArrival = performance.now();
  for (let before = arrivals.count; arrivals.count < prints; await sleep(LOOK_AGAIN_MS)) {
    if (signal.aborted) return;
    if (arrivals.count > before) lastArrival = performance.now();
    before = arrivals.count;
    const quietMs = performance.now() - lastArrival;
    if (arrivals.hasBroken && arrivals.isUp && quietMs > QUIET_MS) return;
    if (quietMs > ARRIVAL_PATIENCE_MS) {
      throw new UnavailableError(`The market made ${prints} prints, ${arrivals.count} of them arrived`);
    }
  }
}

/** Time goes on without prices. */
async function evening({ clock, queue, signal }: PlayedSessionOptions, end: EpochMs): Promise<void> {
  while (!signal.aborted) {
    queue.put({ type: 'timer', time: clock.now() });
    if (clock.now() >= end) return;
    await sleep(FOLLOW_MS);
  }
}
