/**
 * Brings Angel One's list of instruments into the database: read as a stream, checked against the list before, taken over
 * as a whole or not at all. Entry point: `importInstruments`.
 */
import { listMaster, readMaster } from '../brokers/angel-one/instrument-master/read-master.ts';
import { DataError } from '../core/errors.ts';
import { dayOf, type EpochMs, formatIst } from '../core/time.ts';
import {
  type BrokerListing,
  type ImportFacts,
  importListings,
  type ListTally,
  type OpenedList,
  type SegmentCount,
} from '../db/import-listings.ts';
import type { OpenSql } from '../db/open-sql.ts';
import { type ListSource, openSource, sourceName } from './list-source.ts';

export const BROKER = 'angel-one';

export interface ImportProgress {
  readonly rows: number;
  readonly bytes: number;
}

export interface InstrumentImport {
  readonly source: ListSource;
  /** A list with fewer instruments is refused, whatever the list before had; null: told by the list before. */
  readonly fewest: number | null;
  /** Simulators come in every size. */
  readonly isSimulated: boolean;
  readonly now: () => EpochMs;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly onWait?: () => void;
  /** Asked when it is this import's turn; true: another one has just done the work. */
  readonly isDone?: (last: ImportFacts | undefined) => boolean;
}

/** The broker's list has had well over a hundred thousand instruments for years. */
const FEWEST = 10_000;
/** Of a segment that had instruments before; one of them alone may shrink when its contracts expire. */
const LEAST_PART_OF_SEGMENT = 0.1;
const SMALL_SEGMENT = 100;
const UNCHANGED = 'nothing was changed';

/** Null when `isDone` said so. */
export function importInstruments(
  database: Pick<OpenSql, 'sql' | 'schema'>,
  options: InstrumentImport,
): Promise<ImportFacts | null> {
  const { isDone, now, onWait } = options;
  return importListings(database, {
    ...{ broker: BROKER, now, ...(onWait ? { onWait } : {}) },
    open: async (last) => (isDone?.(last) ? null : openList(options, last)),
    check: (list, counts, last) => checkSize(options, list, counts, last),
  });
}

async function openList(options: InstrumentImport, last: ImportFacts | undefined): Promise<OpenedList> {
  const { source, now, onProgress = () => {} } = options;
  const name = sourceName(source);
  const { listTime, givenTime, bytes } = await openSource(source, now());
  if (last !== undefined && dayOf(listTime) < dayOf(last.listTime)) {
    throw new DataError(
      `${name} is of ${formatIst(listTime)}, the list in the database of ${formatIst(last.listTime)}: ${UNCHANGED}. Get today's list.`,
    );
  }
  const progress = { rows: 0, bytes: 0 };
  const counted = counting(bytes, (count) => {
    progress.bytes += count;
  });
  const rows = listMaster(readMaster(counted, { name }), dayOf(now()), (count) => {
    progress.rows = count;
    if (count % 1_000 === 0) onProgress(progress);
  });
  return { source: name, listTime, givenTime, listings: tallied(rows) };
}

async function* tallied(rows: ReturnType<typeof listMaster>): AsyncGenerator<BrokerListing, ListTally, void> {
  const report = yield* rows;
  const refused = Object.fromEntries(report.refused.map(({ reason, count }) => [reason, count]));
  return { rows: report.rows, refused };
}

async function* counting(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of bytes) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** A list that breaks off between two rows, or lacks an exchange, may be well-formed all the same. */
function checkSize(
  { fewest, isSimulated }: InstrumentImport,
  { source }: OpenedList,
  counts: readonly SegmentCount[],
  last: ImportFacts | undefined,
): void {
  const listed = counts.reduce((sum, { now }) => sum + now, 0);
  const isComparable = last !== undefined && (!isSimulated || last.source === source);
  const half = isComparable ? Math.ceil(last.listed / 2) : 0;
  const least = Math.max(1, fewest ?? Math.max(half, isSimulated ? 0 : FEWEST));
  const hint = 'If that is right, say so with --fewest';
  if (listed < least) {
    throw new DataError(
      `${source}: expected at least ${least} instruments, found ${listed}: ${UNCHANGED}. ${hint} ${listed}.`,
    );
  }
  if (fewest !== null || !isComparable) return;
  const gone = counts.find(({ before, now }) => before >= SMALL_SEGMENT && now < before * LEAST_PART_OF_SEGMENT);
  if (gone === undefined) return;
  throw new DataError(
    `${source}: expected about ${gone.before} instruments of ${gone.segment}, found ${gone.now}: ${UNCHANGED}. ${hint} ${listed}.`,
  );
}
