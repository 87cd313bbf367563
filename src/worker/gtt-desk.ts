/**
 * The rules of an account by hand, with or without a running worker: the same tables, the same executor, under the same
 * lock. Entry point: `openGttDesk`.
 *
 * Invariant: nothing is sent to the real broker as long as orders are not.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAngelOne } from '../brokers/angel-one/open-angel-one.ts';
import { TokenBook } from '../brokers/angel-one/token-book.ts';
import type { Env } from '../config/env.ts';
import type { Bot } from '../config/load-bot.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError, DataError, UnavailableError } from '../core/errors.ts';
import { BY_HAND, type Gtt, type GttLeg, type GttLegName, type GttTerms } from '../core/gtt.ts';
import type { ClientOrderId, InstrumentId, SignalKey } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { OrderSide, ProductType } from '../core/order.ts';
import { DAY_MS } from '../core/time.ts';
import { accountSchema } from '../db/account-database.ts';
import { type OpenSql, openSql } from '../db/open-sql.ts';
import { PostgresGtt } from '../db/postgres-gtt.ts';
import { PostgresGttLock } from '../db/postgres-gtt-lock.ts';
import { PostgresInstruments } from '../db/postgres-instruments.ts';
import { gttProblems } from '../engine/orders/check-gtt.ts';
import { clientOrderId } from '../engine/orders/client-order-id.ts';
import { daysList } from '../instruments/days-list.ts';
import { BROKER } from '../instruments/import-instruments.ts';
import { openInstrumentDatabase } from '../instruments/instrument-database.ts';
import { GTT_AFTERCARE_MS, GttExecutor } from '../jobs/gtt-executor.ts';
import type { JobResult } from '../jobs/job-registry.ts';
import type { Clock } from '../ports/clock.ts';
import type { GttBroker } from '../ports/gtt-broker.ts';
import { callLogOf, endpointsOf, tokenStoreOf } from './angel-one-access.ts';
import { SystemClock } from './system-clock.ts';

export interface GttDeskOptions {
  readonly env: Env;
  readonly bot: Bot;
  /** What is to be traded, as a person names it. */
  readonly instrument: string | null;
  readonly say: (line: string) => void;
}

export interface GttDesk {
  readonly account: string;
  readonly clock: Clock;
  readonly ledger: PostgresGtt;
  readonly broker: GttBroker;
  /** The one that was named. */
  readonly instrument: Instrument | null;
  /** What is wrong with it; none when it can be sent. */
  problemsOf(rule: Gtt): readonly string[];
  /** Rules that are unfinished, and those that ended of late. */
  unsettled(): Promise<readonly Gtt[]>;
  /** Runs until the rule is settled, for so long at most. */
  settle(id: ClientOrderId, patienceMs: number): Promise<JobResult>;
  close(): Promise<void>;
}

const RETRY_MS = 500;

export async function openGttDesk({ env, bot, instrument: name, say }: GttDeskOptions): Promise<GttDesk> {
  const access = env.angelOne;
  if (access === null) throw new ConfigError('Expected a broker account in .env (see .env.example), found none');
  if (env.angelOneUrl === null) {
    throw new ConfigError(
      'Expected a simulator in ANGEL_SIMULATOR_URL, found none: rules are not sent to the real broker yet',
    );
  }
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened.splice(0).toReversed()) await each.close();
  };
  try {
    const clock = new SystemClock();
    const account = accountSchema(env.tradingMode, bot.account.id);
    const place = { url: env.databaseUrl ?? undefined, stateFolder: env.stateFolder, role: 'gtt', log: say };
    const database = await openSql({ ...place, schema: account });
    opened.push(database);
    const lists = await openInstrumentDatabase(env, say);
    opened.push(lists);
    const ledger = new PostgresGtt(database);
    const endpoints = endpointsOf(env);
    const calendar = loadMarketCalendar(bot.calendarPath ?? undefined);
    const today = {
      url: endpoints.instrumentMaster,
      isSimulated: true,
      now: () => clock.now(),
      calendar,
    };
    const known = (await ledger.all()).map(({ instrumentId }) => instrumentId);
    await daysList(lists, { ...today, ids: [] });
    const wanted = name === null ? undefined : await named(lists, name);
    const ids = [...new Set([...known, ...(wanted ? [wanted.id] : [])])];
    const { listed, refused, warning } = await daysList(lists, { ...today, ids });
    if (warning !== null) say(warning);
    const why = wanted && refused.get(wanted.id);
    if (why !== undefined) throw new DataError(why);
    const angel = openAngelOne({
      ...{ credentials: access, endpoints, clock, calendar, callLog: callLogOf(lists, access) },
      ...tokenStoreOf(env, access),
      onHalt: say,
      onTrouble: say,
      onError: (error) => say(`The call budget failed: ${String(error)}`),
    });
    opened.push(angel);
    const book = new TokenBook(listed);
    const broker = angel.gttBroker(book);
    const lock = new PostgresGttLock(database);
    const executor = new GttExecutor({ broker, ledger, lock, clock, onTrouble: say });
    return {
      ...{ account, clock, ledger, broker, close },
      instrument: wanted ?? null,
      unsettled: () => ledger.unsettled(clock.now() - GTT_AFTERCARE_MS),
      problemsOf: (rule) => {
        const found = book.byId(rule.instrumentId);
        return found
          ? gttProblems(rule, found.instrument)
          : [`Expected "${rule.instrumentId}" in the list of instruments, found it not`];
      },
      settle: (id, patienceMs) => settleWithin(executor, database, id, patienceMs),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface GttWish {
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly product: ProductType;
  readonly days: number;
  /** One of `SINGLE`, or `STOP_LOSS` and `TARGET`. */
  readonly legs: Readonly<Partial<Record<GttLegName, GttTerms>>>;
}

/** One of its own for each call. */
function mintedId({ instrumentId }: GttWish, now: number): ClientOrderId {
  return clientOrderId(`gtt|${instrumentId}|${now}` as SignalKey, randomUUID());
}

/** The rule as it is written down before anything is sent. */
export function plannedGtt(
  { legs, days, ...wish }: GttWish,
  now: number,
  clientGttId = mintedId({ legs, days, ...wish }, now),
): Gtt {
  const base = { ...wish, clientGttId, strategyId: BY_HAND, createdTime: now, expires: now + days * DAY_MS };
  const leg = (name: GttLegName, terms: GttTerms): GttLeg => ({
    ...{ name, ...terms, status: 'INITIALIZED', brokerGttId: null, priorIds: [], submittedTime: null },
    ...{ reason: null, updatedTime: now, clientOrderId: null, brokerOrderId: null },
  });
  const { SINGLE, STOP_LOSS, TARGET } = legs;
  if (SINGLE && !STOP_LOSS && !TARGET)
    return { ...base, isWithdrawn: false, kind: 'SINGLE', legs: [leg('SINGLE', SINGLE)] };
  if (STOP_LOSS && TARGET && !SINGLE) {
    return { ...base, isWithdrawn: false, kind: 'OCO', legs: [leg('STOP_LOSS', STOP_LOSS), leg('TARGET', TARGET)] };
  }
  throw new ConfigError(
    `Expected --trigger with --limit, or --stop-trigger, --stop-limit, --target-trigger and --target-limit, found ${Object.keys(legs).join(', ') || 'none of them'}`,
  );
}

async function named(lists: OpenSql, name: string): Promise<Instrument> {
  const found = await new PostgresInstruments(lists, BROKER).byName(name);
  if (found !== undefined) return found.instrument;
  throw new DataError(`Expected an instrument of the list, found "${name}": try "instruments search ${name}"`);
}

async function settleWithin(
  executor: GttExecutor,
  { sql }: OpenSql,
  id: ClientOrderId,
  patienceMs: number,
): Promise<JobResult> {
  const patience = AbortSignal.timeout(patienceMs);
  for (;;) {
    const result = await executor.settle(id, patience).catch((error: unknown): JobResult => {
      if (error instanceof UnavailableError) return { kind: 'retry', reason: error.message };
      throw error;
    });
    const isOver = result.kind === 'done' || result.kind === 'failed';
    if (isOver) {
      // What was promised to a worker is served.
      await sql`update job_outbox set queued_time = extract(epoch from clock_timestamp()) * 1000
        where queue = 'gtt' and subject = ${id} and queued_time is null`;
    }
    if (isOver || patience.aborted) return result;
    const pauseMs = result.kind === 'throttled' ? result.retryAfterMs : RETRY_MS;
    await sleep(pauseMs, undefined, { signal: patience }).catch(() => undefined);
  }
}

export { gttStatusOf as statusOfGtt } from '../engine/orders/gtt-machine.ts';
