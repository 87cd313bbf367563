import type { ListedInstrument } from '../brokers/angel-one/token-book.ts';
import type { AngelOneAccess, Env } from '../config/env.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { UnavailableError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { OpenSql } from '../db/open-sql.ts';
import { PostgresInstruments } from '../db/postgres-instruments.ts';
import { PostgresOptions } from '../db/postgres-options.ts';
import { daysList } from '../instruments/days-list.ts';
import { BROKER } from '../instruments/import-instruments.ts';
import { openInstrumentDatabase } from '../instruments/instrument-database.ts';
import type { Logger } from '../logging/logger.ts';
import { callLogOf, endpointsOf, tokenStoreOf } from './angel-one-access.ts';
import { openAngelOneMarket } from './angel-one-market.ts';
import { storedListCheck } from './doctor/stored-list-check.ts';
import type { OpenMarket } from './open-market.ts';
import { SystemClock } from './system-clock.ts';

export interface BrokerMarketOptions {
  readonly bot: Bot;
  readonly env: Env;
  readonly access: AngelOneAccess;
  readonly orders: 'paper' | 'broker';
  readonly mayWrite: () => Promise<boolean>;
  readonly log: Logger;
}

/** Angel One as it is today: live prices by the time of day. */
export async function openBrokerMarket(options: BrokerMarketOptions): Promise<OpenMarket> {
  const { env, access, orders, log } = options;
  const clock = new SystemClock();
  const endpoints = endpointsOf(env);
  const database = await openInstrumentDatabase(env, (line) => log.debug(line));
  try {
    const { bot, listed } = await listOfDay(options, database, clock, endpoints.instrumentMaster);
    const market = await openAngelOneMarket({
      ...{ bot, credentials: access, clock, wireClock: clock, listed, log, isPlayed: false, speed: 1, orders },
      mayWrite: options.mayWrite,
      ...{ endpoints, instrumentIds: wantedBy(bot), callLog: callLogOf(database, access) },
      listingsOf: (ids) => daysList(database, { ...listOptions(options, clock, endpoints.instrumentMaster), ids }),
      idOf: async (name) => (await new PostgresInstruments(database, BROKER).byName(name))?.instrument.id,
      ...tokenStoreOf(env, access),
    });
    const close = async (): Promise<void> => {
      await market.close();
      await database.close();
    };
    const stored = storedListCheck(
      async () => ({ sql: database.sql, close: () => Promise.resolve() }),
      async () => loadMarketCalendar(bot.calendarPath ?? undefined),
      () => clock.now(),
    );
    const shown = new PostgresOptions(database, BROKER);
    return { ...market, options: shown, checks: () => [...market.checks(), stored], close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What is wanted of today's list, and the strategies that can be traded from it: one with a leg missing is left out. */
async function listOfDay(
  options: BrokerMarketOptions,
  database: OpenSql,
  clock: SystemClock,
  url: string,
): Promise<{ readonly bot: Bot; readonly listed: readonly ListedInstrument[] }> {
  const { bot, log } = options;
  const ids = wantedBy(bot);
  const { listed, refused, warning } = await daysList(database, { ...listOptions(options, clock, url), ids });
  if (warning !== null) log.warn(warning);
  const strategies = bot.strategies.filter(({ id, instruments }) => {
    const reasons = instruments.flatMap((each) => refused.get(each) ?? []);
    if (reasons.length > 0) log.error(`Strategy "${id}" is left out: ${reasons.join(' ')}`);
    return reasons.length === 0;
  });
  const [reason] = refused.values();
  if (strategies.length === 0 && reason !== undefined) throw new UnavailableError(`Nothing can be traded: ${reason}`);
  return { bot: { ...bot, strategies }, listed };
}

function listOptions({ bot, env, log }: BrokerMarketOptions, clock: SystemClock, url: string) {
  return {
    ...{ url, isSimulated: env.angelOneUrl !== null, now: () => clock.now() },
    calendar: loadMarketCalendar(bot.calendarPath ?? undefined),
    onWait: () => log.info('Another import of instruments is running: waiting for it to end'),
  };
}

function wantedBy({ strategies }: Bot): readonly InstrumentId[] {
  return [...new Set(strategies.flatMap(({ instruments }) => instruments))];
}
