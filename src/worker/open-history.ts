import { openAngelOne } from '../brokers/angel-one/open-angel-one.ts';
import { TokenBook } from '../brokers/angel-one/token-book.ts';
import type { Env } from '../config/env.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import { openInstrumentDatabase } from '../instruments/instrument-database.ts';
import type { HistorySource } from '../ports/history-source.ts';
import { callLogOf, endpointsOf, listedAt, tokenStoreOf } from './angel-one-access.ts';
import { SystemClock } from './system-clock.ts';

/** A broker's history, open: who asks for candles needs its instruments and their hours too. */
export interface OpenedHistory {
  readonly source: HistorySource;
  readonly calendar: MarketCalendar;
  /** Undefined when the broker does not list it. */
  instrument(id: InstrumentId): SessionInstrument | undefined;
  close(): Promise<void>;
}

/** Logs in to the broker of the environment. */
export type OpenHistory = (env: Env) => Promise<OpenedHistory>;

export const openHistory: OpenHistory = async (env) => {
  const { angelOne: credentials } = env;
  if (credentials === null) {
    throw new ConfigError(
      'history download: expected a broker account in the environment, found none: put the ANGEL_ variables into .env (see .env.example)',
    );
  }
  const clock = new SystemClock();
  const calendar = loadMarketCalendar();
  const endpoints = endpointsOf(env);
  const ignored = (): void => undefined;
  const database = await openInstrumentDatabase(env, ignored);
  const angel = openAngelOne({
    ...{ credentials, endpoints, clock, calendar, callLog: callLogOf(database, credentials) },
    ...tokenStoreOf(env, credentials),
    // Every call of a halted account says why it was refused.
    ...{ onHalt: ignored, onError: ignored },
  });
  const close = async (): Promise<void> => {
    await angel.close();
    await database.close();
  };
  try {
    const book = new TokenBook(await listedAt(endpoints.instrumentMaster, clock.now(), () => true));
    const instrument = (id: InstrumentId): SessionInstrument | undefined => book.byId(id)?.instrument;
    return { source: angel.history(book), calendar, instrument, close };
  } catch (error) {
    await close();
    throw error;
  }
};
