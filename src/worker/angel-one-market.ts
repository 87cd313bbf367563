/**
 * Angel One, or its simulator, as the worker's market: session, instrument list, live prices, past candles. Entry point:
 * `openAngelOneMarket`; who calls it says what time it is and when prices begin.
 */
import { AngelOneMargins } from '../brokers/angel-one/angel-one-margins.ts';
import { AngelOneQuotes } from '../brokers/angel-one/angel-one-quotes.ts';
import { type AngelOne, openAngelOne } from '../brokers/angel-one/open-angel-one.ts';
import { OrderWatch } from '../brokers/angel-one/order-stream/order-watch.ts';
import type { CallClass } from '../brokers/angel-one/rest/call-class.ts';
import type { TokenStore } from '../brokers/angel-one/session/angel-one-session.ts';
import type { AngelOneCredentials, AngelOneEndpoints, TokenSource } from '../brokers/angel-one/settings.ts';
import { SmartStream } from '../brokers/angel-one/stream/smart-stream.ts';
import { type ListedInstrument, TokenBook } from '../brokers/angel-one/token-book.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import { type EpochMs, MINUTE_MS } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import type { CallLog } from '../ports/call-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { LoginDesk } from '../ports/login-desk.ts';
import type { FeedEvent } from '../ports/market-feed.ts';
import { AdoptingBroker } from './adopting-broker.ts';
import { listedAt } from './angel-one-access.ts';
import { CallTally } from './call-tally.ts';
import { engineOptionsOf } from './engine-setup.ts';
import { FeedWatch } from './feed-watch.ts';
import { listedOptions } from './listed-options.ts';
import { isOpenAt } from './market-hours.ts';
import { MarketQueue } from './market-queue.ts';
import type { BrokerDesk, OpenMarket } from './open-market.ts';
import { pacedEngine, pacedPatienceMs, pacedStream, pacedWatch } from './paced-timings.ts';
import { type IdOf, type ListingsOf, openRulesDesk } from './rules-desk.ts';
import { brokerItems } from './schedule/broker-items.ts';
import { SessionKeeper } from './session-keeper.ts';

export interface AngelOneMarketOptions {
  readonly bot: Bot;
  readonly credentials: AngelOneCredentials;
  readonly endpoints: AngelOneEndpoints;
  /** The broker's time. */
  readonly wireClock: Clock;
  /** What the engine's orders and jobs go by. */
  readonly clock: Clock & { reach?(time: EpochMs): void };
  readonly callLog: CallLog;
  readonly store?: TokenStore;
  /** What can be traded; all of it is listed at the broker. */
  readonly instrumentIds: readonly InstrumentId[];
  /** The broker's names for them; read from the broker's list when they are not given. */
  readonly listed?: readonly ListedInstrument[];
  /** Names of others, for rules on them; none by default. */
  readonly listingsOf?: ListingsOf;
  readonly idOf?: IdOf;
  readonly isPlayed: boolean;
  /** Market time per real time; 1 on a day like any other. */
  readonly speed: number;
  /** Where orders go: to the simulated exchange here, or to the broker. */
  readonly orders: 'paper' | 'broker';
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
  readonly log: Logger;
  readonly onTick?: (tick: Tick) => void;
  readonly onEvent?: (event: FeedEvent) => void;
}

/** An order that the broker has taken shows up in its book within this long, by the market's clock and in real time. */
const SEARCH_GRACE_MS = 2_000;
const LEAST_REAL_GRACE_MS = 300;
/** Streams break for a moment every day. */
const FEED_PATIENCE_MS = 10_000;
const LEAST_FEED_PATIENCE_MS = 500;
/** The longest that a call may be on its way to the broker, in real time; a market in no time at all has no rates. */
const JITTER_MS = 100;
/** The machine plays the broker as well. */
const PLAYED_JITTER_MS = 250;
const LONGEST_JITTER_MS = 10 * MINUTE_MS;
const LONGEST_READ_JITTER_MS = MINUTE_MS / 2;

export async function openAngelOneMarket(options: AngelOneMarketOptions): Promise<OpenMarket> {
  const { bot, credentials, endpoints, wireClock, clock, instrumentIds, isPlayed, log } = options;
  const trouble: OpenMarket['trouble'] = { tell: (text) => log.error(text) };
  let watch: FeedWatch | undefined;
  const openedTime = wireClock.now();
  const calls = new CallTally(options.callLog, wireClock);
  let streamTrouble: string | null = 'no connection for prices yet';
  const queue = new MarketQueue((event) => {
    log.info({ ...event, instrumentIds: undefined }, 'Market stream');
    options.onEvent?.(event);
    if (event.type === 'connected') streamTrouble = null;
    if (event.type === 'disconnected' || event.type === 'refused') streamTrouble = event.reason;
    watch?.onEvent(event);
  });
  const calendar = loadMarketCalendar(bot.calendarPath ?? undefined);
  const angel = openAngelOne({
    ...{
      credentials,
      endpoints,
      clock: wireClock,
      callLog: calls,
      jitterMsOf: (each) => jitterMsAt(options.speed, each),
    },
    mayWrite: options.mayWrite,
    patienceMs: pacedPatienceMs(options.speed),
    ...(options.store ? { store: options.store } : {}),
    calendar,
    onTrouble: (text) => trouble.tell(text),
    onHalt: (reason) => {
      // Only a person can help: positions are kept as they are, nothing new is begun.
      queue.put({ type: 'commanded', command: 'halt', time: clock.now() });
      trouble.tell(`Trading is halted: ${reason}`);
    },
    onError: (error) => log.warn({ error: String(error) }, 'The call budget failed'),
  });
  try {
    await logIn(angel);
    const wanted = new Set(instrumentIds);
    const isWanted = ({ instrument }: ListedInstrument): boolean => wanted.has(instrument.id);
    const listed = options.listed ?? (await listedAt(endpoints.instrumentMaster, wireClock.now(), isWanted));
    const book = new TokenBook(listed);
    const instruments = instrumentIds.map((id) => book.byId(id)?.instrument ?? missing(id));
    watch = new FeedWatch({
      tell: (...news) => trouble.tell(...news),
      isOpen: (time) => isOpenAt({ instruments, calendar }, time),
      patienceMs: Math.max(LEAST_FEED_PATIENCE_MS, FEED_PATIENCE_MS / options.speed),
    });
    const listener = {
      onTick: (tick: Tick): void => {
        options.onTick?.(tick);
        queue.onTick(tick);
      },
      onEvent: (event: FeedEvent): void => queue.onEvent(event),
    };
    const keeper = new SessionKeeper({
      ...{ session: angel.session, clock: wireClock, calendar, instruments, log },
      onTrouble: (...news) => trouble.tell(...news),
    });
    // A session that is played is over before its tokens are.
    const tokens = isPlayed ? angel.session : keeper;
    const feed = new SmartStream({
      ...{ url: endpoints.marketStream, credentials, tokens, book, listener, clock: wireClock },
      ...{ random: Math.random, timings: pacedStream(options.speed) },
    });
    const { listingsOf } = options;
    const namesOf = listingsOf && (async (ids: readonly InstrumentId[]) => (await listingsOf(ids)).listed);
    const paced = isPlayed ? pacedEngine(options.speed, bot.execution) : {};
    return {
      // The broker knows no pairs: of stop and target the one that is left is cancelled from here.
      engine: {
        ...engineOptionsOf(bot, instruments),
        ...(options.orders === 'paper' ? {} : { tiesPairs: false, ...paced }),
      },
      ...{ clock, wireClock, queue, isPlayed, trouble },
      ...{ openedTime, calls, hasSession: () => tokens.tokens(), history: angel.history(book) },
      checks: () =>
        brokerItems({
          ...{ angel, endpoints, calendar, clock: wireClock, hasOrders: options.orders === 'broker' },
          ...{ capitalPaise: bot.account.capitalPaise, streamTrouble: () => streamTrouble },
        }),
      login: isPlayed ? null : loginDesk(angel),
      options: listedOptions(instruments),
      quotes: new AngelOneQuotes({ client: angel.client, book, clock: wireClock, ...(namesOf ? { namesOf } : {}) }),
      desk: options.orders === 'broker' ? brokerDesk(options, angel, book, tokens) : null,
      onPlayed: () => queue.end(),
      start: (ids) => {
        if (!isPlayed) keeper.start();
        feed.subscribe(ids);
      },
      close: async () => {
        watch?.close();
        await feed.close();
        await Promise.all([keeper.close(), angel.close()]);
      },
    };
  } catch (error) {
    await angel.close();
    throw error;
  }
}

function brokerDesk(options: AngelOneMarketOptions, angel: AngelOne, book: TokenBook, tokens: TokenSource): BrokerDesk {
  const { credentials, endpoints, wireClock, speed, log, listingsOf, idOf } = options;
  const broker = new AdoptingBroker(angel.broker(book));
  const searchGraceMs = Math.max(SEARCH_GRACE_MS, LEAST_REAL_GRACE_MS * speed);
  return {
    margins: new AngelOneMargins(angel.client, book),
    ...{ broker, speed, searchGraceMs },
    rules: openRulesDesk(angel, book.all(), { speed, searchGraceMs, listingsOf, idOf }),
    watch: (each) =>
      new OrderWatch({
        ...{ url: endpoints.orderStream, credentials, tokens, clock: wireClock, random: Math.random },
        ...{ orders: () => broker.orders(), timings: pacedStream(speed), pollTimings: pacedWatch(speed) },
        ...each,
      }),
    onLink: (isUp, time, reason) => log.info({ isUp, time, reason }, 'Order stream'),
  };
}

function loginDesk({ session }: Pick<AngelOne, 'session'>): LoginDesk {
  return {
    broker: 'Angel One',
    needs: 'it logs in by itself, with the TOTP secret of the environment, and again each trading day before the open',
    standing: () => session.standing,
    takeToken: null,
  };
}

/** Where the market runs fast, windows as wide as that would leave no calls for candles and books: reads get less. */
function jitterMsAt(speed: number, callClass: CallClass): number {
  if (speed === 1) return JITTER_MS;
  const isWrite = callClass === 'orderWrite' || callClass === 'gttWrite';
  return Math.min(PLAYED_JITTER_MS * speed, isWrite ? LONGEST_JITTER_MS : LONGEST_READ_JITTER_MS);
}

async function logIn(angel: AngelOne): Promise<void> {
  try {
    await angel.session.tokens();
  } catch (cause) {
    throw new UnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function missing(id: InstrumentId): never {
  throw new ConfigError(`Expected an instrument of the broker's list, found "${id}"`);
}
