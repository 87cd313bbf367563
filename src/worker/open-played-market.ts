/**
 * A recorded session as a market: the simulator of the broker's protocol plays it on loopback, and everything on the way is
 * what a trading day with the broker goes through: login, instrument list, binary stream. Entry point: `openPlayedMarket`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { listMaster, readMaster } from '../brokers/angel-one/instrument-master/read-master.ts';
import { openAngelOne } from '../brokers/angel-one/open-angel-one.ts';
import { SmartStream } from '../brokers/angel-one/stream/smart-stream.ts';
import { type ListedInstrument, TokenBook } from '../brokers/angel-one/token-book.ts';
import { MemoryCallLog } from '../brokers/shared/memory-call-log.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { dayOf, type EpochMs } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import type { FeedListener } from '../ports/market-feed.ts';
import { engineOptionsOf } from './engine-setup.ts';
import { MarketClock } from './market-clock.ts';
import { MarketQueue } from './market-queue.ts';
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
  const { bot, sessionPath, instrumentsPath, speed, log } = options;
  const simulator = await startSimulator({
    ...{ sessionPath, instrumentsPath, speed: Math.min(speed, FASTEST) },
    onLine: (line) => log.debug(`simulator: ${line}`),
  });
  try {
    const { time } = healthSchema.parse(await simulator.ask('health'));
    await simulator.ask('behaviours', { totpClock: 'market' });
    const market = await connect(options, simulator, time);
    const ids = loadInstruments(instrumentsPath).map(({ id }) => id);
    const book = new TokenBook(await listedIn(simulator.endpoints.instrumentMaster, ids, time));
    const instruments = ids.map((id) => book.byId(id)?.instrument ?? missing(id, instrumentsPath));
    return market.over(book, engineOptionsOf(bot, instruments));
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

async function connect(
  { bot, signal, log }: PlayedMarketOptions,
  simulator: SimulatorProcess,
  time: EpochMs,
): Promise<{ over(book: TokenBook, engine: OpenMarket['engine']): OpenMarket }> {
  const { credentials, endpoints } = simulator;
  const clock = new MarketClock(time);
  // The session's time is what its prices say, as soon as they are here.
  const wireClock = new MarketClock(time);
  const onError = (error: unknown): void => log.warn({ error: String(error) }, 'The call budget failed');
  const angel = openAngelOne({
    ...{ credentials, endpoints, clock: wireClock, onError },
    calendar: loadMarketCalendar(bot.calendarPath ?? undefined),
    callLog: new MemoryCallLog(wireClock),
    onHalt: (reason) => queue.end(new UnavailableError(reason)),
  });
  const queue = new MarketQueue((event) => {
    log.debug({ ...event }, 'Market stream');
    if (event.type === 'refused') queue.end(new UnavailableError(event.reason));
  });
  try {
    await angel.session.tokens();
  } catch (cause) {
    await angel.close();
    throw new UnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return {
    over(book, engine) {
      const arrivals = { count: 0 };
      const listener: FeedListener = {
        onTick: (tick) => {
          wireClock.reach(tick.time);
          arrivals.count += 1;
          queue.onTick(tick);
        },
        onEvent: (event) => queue.onEvent(event),
      };
      const feed = new SmartStream({
        ...{ url: endpoints.marketStream, credentials, tokens: angel.session, book, listener, clock: wireClock },
        random: Math.random,
      });
      return {
        ...{ engine, clock, wireClock, queue, isPlayed: true, history: angel.history(book) },
        start: (instrumentIds) => {
          feed.subscribe(instrumentIds);
          void play(simulator, instrumentIds.length, arrivals, queue, signal).catch((error: unknown) =>
            queue.end(error instanceof Error ? error : new UnavailableError(String(error))),
          );
        },
        close: async () => {
          await feed.close();
          await angel.close();
          await simulator.stop();
        },
      };
    },
  };
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
    if (performance.now() > deadline) throw new UnavailableError('The market stream could not be subscribed to');
    await sleep(LOOK_AGAIN_MS);
  }
  await simulator.ask('start', {});
  const stopped = new Promise<'stopped'>((resolve) => {
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const prints = await Promise.race([simulator.ended, stopped]);
  if (prints === 'stopped') return;
  let lastArrival = performance.now();
  for (let before = arrivals.count; arrivals.count < prints; await sleep(LOOK_AGAIN_MS)) {
    if (arrivals.count > before) lastArrival = performance.now();
    before = arrivals.count;
    if (performance.now() - lastArrival > ARRIVAL_PATIENCE_MS) {
      throw new UnavailableError(`The market made ${prints} prints, ${arrivals.count} of them arrived`);
    }
  }
  queue.end();
}

async function listedIn(
  url: string,
  ids: readonly InstrumentId[],
  time: EpochMs,
): Promise<readonly ListedInstrument[]> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new UnavailableError(`The instrument list was answered with HTTP ${response.status}`);
  }
  const wanted = new Set(ids);
  const listed: ListedInstrument[] = [];
  for await (const each of listMaster(readMaster(response.body, { name: url }), dayOf(time))) {
    if (wanted.has(each.instrument.id)) listed.push(each);
  }
  return listed;
}

function missing(id: InstrumentId, file: string): never {
  throw new ConfigError(`${file}: expected instruments of the broker's list, found "${id}"`);
}
