/**
 * Reads the broker's instrument file: a JSON array of tens of megabytes, plain or gzipped, row by row in constant memory.
 * Entry points: `readMaster`, `listMaster`. A file that is cut short, too long or no JSON array at all is refused as a
 * whole with a `DataError`, wherever in it the fault lies: whoever consumes the rows must be able to undo.
 */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError, UnavailableError } from '../../../core/errors.ts';
import type { DayNumber } from '../../../core/time.ts';
import type { ListedInstrument } from '../token-book.ts';
import { arrayElements } from './array-elements.ts';
import { MasterList, type MasterReport } from './master-list.ts';

export interface ReadOptions {
  /** What the bytes come from, for errors: a file's name or an address. */
  readonly name: string;
  /** Unpacked; far more than the real file, far less than would fill a disk. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 512 * 1024 ** 2;
const EXCERPT_CHARACTERS = 60;

/** Every element of the array, as it stands there. */
export async function* readMaster(
  bytes: AsyncIterable<Uint8Array>,
  { name, maxBytes = MAX_BYTES }: ReadOptions,
): AsyncGenerator<unknown, void, void> {
  try {
    yield* arrayElements(decoded(checked(unpacked(bytes), name, maxBytes)));
  } catch (error) {
    throw explain(error, name);
  }
}

/** The instruments of the file; the generator's result says what was left out. */
export async function* listMaster(
  rows: AsyncIterable<unknown>,
  day: DayNumber,
  onRow: (rows: number) => void = () => {},
): AsyncGenerator<ListedInstrument, MasterReport, void> {
  const list = new MasterList(day);
  let count = 0;
  for await (const row of rows) {
    const listed = list.add(row);
    if (listed) yield listed;
    onRow(++count);
  }
  yield* list.rest();
  return list.report();
}

/** Gzip is told by its first two bytes, whatever a name or a header says. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const chunks = bytes[Symbol.asyncIterator]();
  try {
    let head = Buffer.alloc(0);
    while (head.length < 2) {
      const next = await chunks.next();
      if (next.done) break;
      head = Buffer.concat([head, next.value]);
    }
    const all = rejoined(head, chunks);
    if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* all;
    const gunzip = createGunzip();
    pipeline(Readable.from(all, { objectMode: false }), gunzip, () => {});
    yield* gunzip;
  } finally {
    await chunks.return?.();
  }
}

async function* rejoined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Says in plain words what a parser would call an unexpected token. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  let total = 0;
  let isBegun = false;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > maxBytes) throw new DataError(`${name}: expected at most ${maxBytes} bytes, found more`);
    if (!isBegun) {
      const start = Buffer.from(chunk.subarray(0, 4_096))
        .toString('utf8')
        .replace(/^\uFEFF?\s*/, '');
      isBegun = start !== '';
      if (isBegun && !start.startsWith('[')) throw new DataError(noArray(name, start));
    }
    yield chunk;
  }
  if (!isBegun) throw new DataError(`${name}: expected a JSON array of instruments, found nothing`);
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function noArray(name: string, start: string): string {
  const found = start.startsWith('<') ? 'a page of HTML' : 'something else';
  const excerpt = start.slice(0, EXCERPT_CHARACTERS).replace(/\s+/g, ' ');
  return `${name}: expected a JSON array of instruments, found ${found} that begins with "${excerpt}"`;
}

function explain(cause: unknown, name: string): unknown {
  const message = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ');
  if (cause instanceof DataError || cause instanceof UnavailableError) return cause;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') {
    if (!cause.code.startsWith('Z_')) return cause; // the disk or the network, not the file
    return new DataError(`${name}: expected a whole gzip file, found one that ends early or is damaged (${message})`, {
      cause,
    });
  }
  return new DataError(
    `${name}: expected a whole JSON array of instruments, found one that is cut short or damaged (${message})`,
    { cause },
  );
}
