/** The doctor's questions to Angel One, or to its simulator. Entry point: `openAngelOneProbes`. */
import { type AngelOne, openAngelOne } from '../../brokers/angel-one/open-angel-one.ts';
import { cancelOrder } from '../../brokers/angel-one/rest/order-calls.ts';
import { profile } from '../../brokers/angel-one/rest/portfolio-calls.ts';
import { SmartStream } from '../../brokers/angel-one/stream/smart-stream.ts';
import { type ListedInstrument, TokenBook } from '../../brokers/angel-one/token-book.ts';
import { MemoryCallLog } from '../../brokers/shared/memory-call-log.ts';
import type { AngelOneAccess, Env } from '../../config/env.ts';
import { loadMarketCalendar } from '../../config/load-market-calendar.ts';
import { UnavailableError } from '../../core/errors.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { endpointsOf, tokenStoreOf } from '../angel-one-access.ts';
import { SystemClock } from '../system-clock.ts';
import type { BrokerProbes, SessionFacts, StreamFacts } from './broker-checks.ts';

/** Order numbers begin with the day they are of: no order is of the day zero. */
const NO_ORDER = '000000000000000';
/** The last state of what is subscribed comes at once, also when the market is closed. */
const PRICE_WAIT_MS = 5_000;
/** Listed as long as there is an exchange, and its token has not changed in years. */
const NIFTY_50: ListedInstrument = {
  segment: 'NSE',
  token: '99926000',
  tradingSymbol: 'Nifty 50',
  instrument: {
    ...{ id: 'NSE:NIFTY 50' as InstrumentId, exchange: 'NSE', symbol: 'NIFTY 50', name: 'Nifty 50', kind: 'INDEX' },
    ...{ tickSize: 0.05, lotSize: 1, freezeQuantity: null, expiry: null, strike: null, optionType: null },
    ...{ underlying: null, hasDerivatives: false },
  },
};

export async function openAngelOneProbes(env: Env, access: AngelOneAccess): Promise<BrokerProbes> {
  const clock = new SystemClock();
  const endpoints = endpointsOf(env);
  const { store } = tokenStoreOf(env, access);
  const kept = await store?.load();
  // Every call of a halted account says why it was refused; the checks tell it.
  const ignored = (): void => undefined;
  const angel = openAngelOne({
    ...{ credentials: access, endpoints, clock, calendar: loadMarketCalendar(), callLog: new MemoryCallLog(clock) },
    ...{ onHalt: ignored, onError: ignored, ...(store ? { store } : {}) },
  });
  return {
    session: async () => ({ ...(await lookAtSession(angel, kept?.tokens.jwt)), isKept: store !== undefined }),
    stream: (signal) => {
      const book = new TokenBook([NIFTY_50]);
      return firstPrice(
        (listener) =>
          new SmartStream({
            ...{ url: endpoints.marketStream, credentials: access, tokens: angel.session, book, listener, clock },
            ...{ random: Math.random, timings: { firstTickMs: PRICE_WAIT_MS } },
          }),
        signal,
      );
    },
    master: (signal) => lookAtMaster(endpoints.instrumentMaster, signal),
    cancelNothing: () => cancelNothing(angel.client),
    close: () => angel.close(),
  };
}

/** An order write that can change nothing: what is asked is whether orders from this address are let in. */
export function cancelNothing(client: AngelOne['client']): Promise<Outcome<unknown>> {
  return cancelOrder(client, { variety: 'NORMAL', orderid: NO_ORDER });
}

/** Of when the broker's list of instruments is, without getting it. */
export async function lookAtMaster(url: string, signal: AbortSignal): ReturnType<BrokerProbes['master']> {
  const response = await fetch(url, { method: 'HEAD', signal }).catch((cause: unknown) => {
    throw new UnavailableError("The broker's instrument list can not be reached: look at the network", { cause });
  });
  if (!response.ok) {
    throw new UnavailableError(
      `The broker's instrument list was answered with HTTP ${response.status}: try again later`,
    );
  }
  const time = Date.parse(response.headers.get('last-modified') ?? '');
  const bytes = Number(response.headers.get('content-length') ?? Number.NaN);
  return { time: Number.isNaN(time) ? undefined : time, bytes: bytes > 0 ? bytes : undefined };
}

export async function lookAtSession(
  { client, session }: Pick<AngelOne, 'client' | 'session'>,
  keptJwt: string | undefined,
): Promise<Omit<SessionFacts, 'isKept'>> {
  const outcome = await profile(client);
  switch (outcome.kind) {
    case 'done': {
      const { jwt } = await session.tokens();
      return { how: jwt === keptJwt ? 'kept' : 'login', exchanges: outcome.value.exchanges };
    }
    case 'throttled':
      throw new UnavailableError('The broker asks for fewer calls: try again in a minute');
    case 'refused':
      throw new UnavailableError(`${outcome.reason} (${outcome.code})`);
    default:
      throw new UnavailableError(outcome.reason);
  }
}

type Listener = ConstructorParameters<typeof SmartStream>[0]['listener'];

async function firstPrice(connect: (listener: Listener) => SmartStream, signal: AbortSignal): Promise<StreamFacts> {
  const { id, name } = NIFTY_50.instrument;
  const began = performance.now();
  let feed: SmartStream | undefined;
  try {
    return await new Promise((resolve, reject) => {
      let heardAt = Number.NaN;
      const found = (priceAfterMs: number | null): void =>
        resolve({ instrument: name, heardAfterMs: heardAt - began, priceAfterMs });
      signal.addEventListener('abort', () => reject(new UnavailableError('no answer in time')), { once: true });
      feed = connect({
        onTick: () => found(performance.now() - heardAt),
        onEvent: (event) => {
          if (event.type === 'connected') heardAt = performance.now();
          else if (event.type === 'silent') found(null);
          else if (event.type !== 'gap') reject(new UnavailableError(event.reason));
        },
      });
      feed.subscribe([id]);
    });
  } finally {
    await feed?.close();
  }
}
