/**
 * A recorded session as a market: the simulator of the broker's protocol plays it on loopback, and everything on the way is
 * what a trading day with the broker goes through: login, instrument list, binary stream. Entry point: `openPlayedMarket`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { MemoryCallLog } from '../brokers/shared/memory-call-log.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { UnavailableError } from '../core/errors.ts';
import type { Logger } from '../logging/logger.ts';
import { openAngelOneMarket } from './angel-one-market.ts';
import { MarketClock } from './market-clock.ts';
import type { MarketQueue } from './market-queue.ts';
import type { OpenMarket } from './open-market.ts';
import { type SimulatorProcess, startSimulator } from './simulator-process.ts';

export interface PlayedMarketOptions {
  readonly bot: Bot;
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  /** Recorded time per time. */
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** The simulator takes a number: this is as fast as anything goes. */
const FASTEST = 1_000_000;
const SUBSCRIBE_PATIENCE_MS = 10_000;
/** After the last print was made, without another one arriving: what is missing then was lost. */
const ARRIVAL_PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 10;

const healthSchema = z.object({ time: z.number() });
const streamsSchema = z.object({ connections: z.array(z.object({ subscriptions: z.int() })) });

export async function openPlayedMarket(options: PlayedMarketOptions): Promise<OpenMarket> {
  const { bot, sessionPath, instrumentsPath, speed, signal, log } = options;
  const instrumentIds = loadInstruments(instrumentsPath).map(({ id }) => id);
  const simulator = await startSimulator({
    ...{ sessionPath, instrumentsPath, speed: Math.min(speed, FASTEST) },
    onLine: (line) => log.debug(`simulator: ${line}`),
  });
  try {
    const { time } = healthSchema.parse(await simulator.ask('health'));
    await simulator.ask('behaviours', { totpClock: 'market' });
    // The session's time is what its prices say, as soon as they are here.
    const wireClock = new MarketClock(time);
    const arrivals = { count: 0 };
    const { credentials, endpoints } = simulator;
    const market = await openAngelOneMarket({
      ...{ bot, credentials, endpoints, wireClock, instrumentIds, log, isPlayed: true },
      clock: new MarketClock(time),
      callLog: new MemoryCallLog(wireClock),
      onTick: (tick) => {
        wireClock.reach(tick.time);
        arrivals.count += 1;
      },
    });
    return {
      ...market,
      start: (ids) => {
        market.start(ids);
        play(simulator, ids.length, arrivals, market.queue, signal).catch((error: unknown) =>
          market.queue.end(error instanceof Error ? error : new UnavailableError(String(error))),
        );
      },
      close: async () => {
        await market.close();
        await simulator.stop();
      },
    };
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/** Prices begin when all that is wanted is subscribed, and the market ends when all that was printed has arrived. */
async function play(
  simulator: SimulatorProcess,
  subscriptions: number,
  arrivals: { readonly count: number },
  queue: MarketQueue,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + SUBSCRIBE_PATIENCE_MS;
  for (;;) {
    const { connections } = streamsSchema.parse(await simulator.ask('streams'));
    if (connections.reduce((sum, each) => sum + each.subscriptions, 0) >= subscriptions) break;
    if (signal.aborted) return;
    if (performance.now() > deadline) throw new UnavailableError('The market stream could not be subscribed to');
    await sleep(LOOK_AGAIN_MS);
  }
  await simulator.ask('start', {});
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const prints = await Promise.race([simulator.ended, stopped]);
  if (prints === 'stopped') return;
  let lastArrival = performance.now();
  for (let before = arrivals.count; arrivals.count < prints; await sleep(LOOK_AGAIN_MS)) {
    if (signal.aborted) return;
    if (arrivals.count > before) lastArrival = performance.now();
    before = arrivals.count;
    if (performance.now() - lastArrival > ARRIVAL_PATIENCE_MS) {
      throw new UnavailableError(`The market made ${prints} prints, ${arrivals.count} of them arrived`);
    }
  }
  queue.end();
}
