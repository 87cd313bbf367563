/**
 * A recorded session as a market: the simulator of the broker's protocol plays it on loopback, and everything on the way is
 * what a trading day with the broker goes through: login, instrument list, binary stream, and orders if they are to go
 * there. Entry point: `openPlayedMarket`.
 */
import { MemoryCallLog } from '../brokers/shared/memory-call-log.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { UnavailableError } from '../core/errors.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';
import { openAngelOneMarket } from './angel-one-market.ts';
import { MarketClock } from './market-clock.ts';
import { type Hours, hoursOf } from './market-hours.ts';
import type { OpenMarket } from './open-market.ts';
import { type Arrivals, followSimulator, playSession, reached, timeOfSimulator } from './played-session.ts';
import { attachSimulator, type SimulatorAddress, type SimulatorProcess, startSimulator } from './simulator-process.ts';

export interface PlayedMarketOptions {
  readonly bot: Bot;
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  /** Recorded time per time. */
  readonly speed: number;
  readonly orders: 'paper' | 'broker';
  readonly witness?: Witness;
  /** One that runs already, instead of one of our own. */
  readonly simulator?: SimulatorAddress;
  readonly mayWrite: () => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Sees the simulator from before its prices move until after the last order has ended; the clock is the market's. */
export interface Witness {
  opened(simulator: Pick<SimulatorProcess, 'ask'>, clock: Clock, hours: Hours): void;
  closing(): Promise<void>;
}

/** The simulator takes a number: this is as fast as anything goes. */
const FASTEST = 1_000_000;
/** What still works at the close is settled by then. */
const EVENING_MS = 2 * MINUTE_MS;

export async function openPlayedMarket(options: PlayedMarketOptions): Promise<OpenMarket> {
  const { bot, sessionPath, instrumentsPath, orders, signal, log } = options;
  const speed = Math.min(options.speed, FASTEST);
  const instrumentIds = loadInstruments(instrumentsPath).map(({ id }) => id);
  const simulator = options.simulator
    ? attachSimulator(options.simulator)
    : await startSimulator({
        ...{ sessionPath, instrumentsPath, speed, calendarPath: bot.calendarPath },
        onLine: (line) => log.debug(`simulator: ${line}`),
      });
  const closed = new AbortController();
  try {
    const time = await timeOfSimulator(simulator);
    // All of the day is sped up, its rates and passwords as well.
    await simulator.ask('behaviours', { totpClock: 'market', rateClock: 'market' });
    const wireClock = new MarketClock(time);
    const arrivals: Arrivals = { count: 0, hasBroken: false, isUp: false };
    let onLost = (_cause: unknown): void => {};
    followSimulator({ simulator, arrivals, clock: wireClock }, closed.signal).catch((cause) => onLost(cause));
    const { credentials, endpoints } = simulator;
    const market = await openAngelOneMarket({
      ...{ bot, credentials, endpoints, wireClock, instrumentIds, log, orders, speed, isPlayed: true },
      clock: orders === 'broker' ? wireClock : new MarketClock(time),
      callLog: new MemoryCallLog(wireClock),
      mayWrite: options.mayWrite,
      onTick: (tick) => {
        wireClock.reach(tick.time);
        arrivals.count += 1;
      },
      onEvent: ({ type }) => {
        if (type === 'connected') arrivals.isUp = true;
        if (type === 'disconnected') Object.assign(arrivals, { hasBroken: true, isUp: false });
      },
    });
    const hours = hoursOf(market.engine, time) ?? { open: time, close: time };
    options.witness?.opened(simulator, wireClock, hours);
    const closing = new AbortController();
    const fail = (cause: unknown): void =>
      market.queue.end(cause instanceof Error ? cause : new UnavailableError(String(cause)));
    onLost = fail;
    const played: OpenMarket = {
      ...market,
      start: (ids) => {
        market.start(ids);
        playSession({
          ...{ simulator, arrivals, clock: wireClock, queue: market.queue, subscriptions: ids.length },
          ended: simulator.ended ?? reached(simulator, hours.close, closed.signal),
          dayEnd: orders === 'broker' ? hours.close + EVENING_MS : null,
          signal: AbortSignal.any([signal, closing.signal]),
        }).then(() => played.onPlayed(), fail);
      },
      close: async () => {
        closing.abort();
        try {
          await market.close();
          await options.witness?.closing();
        } finally {
          closed.abort();
          await simulator.stop();
        }
      },
    };
    return played;
  } catch (error) {
    closed.abort();
    await simulator.stop();
    throw error;
  }
}
