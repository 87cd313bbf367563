/**
 * The list of instruments that a day is traded with: today's, or the one before when the broker's can not be had. Entry
 * point: `daysList`. Invariant: of what is stale or expired nothing is handed out, and each time it is said why.
 */
import { type ListedInstrument, SEGMENTS } from '../brokers/angel-one/token-book.ts';
import { DataError, InvariantError, UnavailableError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { dayOf, type EpochMs, formatDay, formatIst } from '../core/time.ts';
import type { ImportFacts } from '../db/import-listings.ts';
import type { OpenSql } from '../db/open-sql.ts';
import { PostgresInstruments, type StoredListing } from '../db/postgres-instruments.ts';
import { BROKER, type InstrumentImport, importInstruments } from './import-instruments.ts';
import { sourceName } from './list-source.ts';
import { standingOf } from './list-standing.ts';

export interface DaysListOptions extends Pick<InstrumentImport, 'isSimulated' | 'now' | 'onProgress' | 'onWait'> {
  /** The broker's address of the list. */
  readonly url: string;
  readonly calendar: MarketCalendar;
  /** What is wanted of the list. */
  readonly ids: readonly InstrumentId[];
}

export interface DaysList {
  /** What may be traded of what was wanted. */
  readonly listed: readonly ListedInstrument[];
  /** Why the others may not, of those that are or were listed. */
  readonly refused: ReadonlyMap<InstrumentId, string>;
  /** What a person is told of the list as a whole, in one line. */
  readonly warning: string | null;
}

export async function daysList(database: Pick<OpenSql, 'sql' | 'schema'>, options: DaysListOptions): Promise<DaysList> {
  const { now, calendar, ids } = options;
  const store = new PostgresInstruments(database, BROKER);
  const trouble = await bringToday(database, store, options);
  const last = await store.lastImport();
  const { canTradeDerivatives, warning } = standingOf(last, now(), calendar);
  const listed: ListedInstrument[] = [];
  const refused = new Map<InstrumentId, string>();
  for (const each of await store.byIds(ids)) {
    const why = refusalOf(each, now(), canTradeDerivatives ? null : (warning ?? ''));
    if (why === null) listed.push(listedOf(each));
    else refused.set(each.instrument.id, why);
  }
  const standing = warning ?? (last && `The list of ${formatIst(last.listTime)} serves.`);
  return { listed, refused, warning: trouble === null ? warning : `${trouble} ${standing}` };
}

/** Null, or why the stored list has to serve. */
async function bringToday(
  database: Pick<OpenSql, 'sql' | 'schema'>,
  store: PostgresInstruments,
  { url, isSimulated, now, calendar, onProgress, onWait }: DaysListOptions,
): Promise<string | null> {
  const source = { kind: 'address', url } as const;
  const isDone = (last: ImportFacts | undefined): boolean =>
    last?.source === sourceName(source) && standingOf(last, now(), calendar).isTodays;
  if (isDone(await store.lastImport())) return null;
  try {
    await importInstruments(database, {
      ...{ source, isSimulated, fewest: null, now, isDone },
      ...{ ...(onProgress ? { onProgress } : {}), ...(onWait ? { onWait } : {}) },
    });
    return null;
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof DataError)) throw error;
    if ((await store.lastImport()) !== undefined) return error.message.replace(/[.\s]*$/, '.');
    throw new UnavailableError(`${error.message.replace(/[.\s]*$/, '')}. No earlier list is stored.`, { cause: error });
  }
}

function refusalOf({ instrument, lastSeenDay }: StoredListing, now: EpochMs, staleness: string | null): string | null {
  const { id, expiry } = instrument;
  if (expiry !== null && expiry < formatDay(dayOf(now))) return `${id} is not traded: it expired on ${expiry}.`;
  if (lastSeenDay !== null) return `${id} is not traded: the broker's list had it on ${lastSeenDay} for the last time.`;
  if (expiry !== null && staleness !== null) return `${id} is not traded. ${staleness}`;
  return null;
}

function listedOf({ instrument, segment: word, token, tradingSymbol }: StoredListing): ListedInstrument {
  const segment = SEGMENTS.find((each) => each === word);
  if (segment === undefined) throw new InvariantError(`Expected a segment of Angel One, found "${word}"`);
  return { instrument, segment, token, tradingSymbol };
}
