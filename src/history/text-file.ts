/**
 * Looks at a text file, gzipped or not, without loading it: its first line, whether it is whole, where a row stands.
 */
import { createReadStream } from 'node:fs';
import { pipeline as pipelineOf, type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DataError } from '../core/errors.ts';

/** The header line, without a byte order mark. */
export async function readFirstLine(path: string): Promise<string> {
  for await (const line of linesOf(path)) {
    const text = line.replace(/^\uFEFF/, '');
    if (text.trim() === '') throw new DataError(`${path}: line 1: expected a header, found an empty line`);
    return text;
  }
  throw new DataError(`${path}: expected a header and rows, found an empty file`);
}

/** Reads a gzip file through, because a reader that takes what it gets would import the first half of a cut one. */
export async function checkGzip(path: string): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done(), highWaterMark: 1 << 20 });
  try {
    await pipeline(createReadStream(path), createGunzip({ chunkSize: 1 << 20 }), nowhere);
  } catch (error) {
    throw fileFault(path, error);
  }
}

/**
 * Line numbers (1-based) of rows (0-based, the header not counted), in the same order. Blank lines are no rows,
 * so a row's number alone does not tell its line. `rows` must rise.
 */
export async function findLines(path: string, rows: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  let line = 0;
  let row = -1;
  for await (const text of linesOf(path)) {
    if (found.length === rows.length) break;
    line += 1;
    if (line === 1 || text === '') continue;
    row += 1;
    if (row === rows[found.length]) found.push(line);
  }
  return found;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input: Readable = path.endsWith('.gz') ? pipelineOf(file, createGunzip(), () => undefined) : file;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of input) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.replace(/\r$/, '');
    }
  } catch (error) {
    throw fileFault(path, error);
  }
  if (rest !== '') yield rest;
}

/** One line for what the file system or the decompressor says. */
export function fileFault(path: string, error: unknown): DataError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why =
    FAULTS[code] ?? `expected a readable file, found: ${error instanceof Error ? error.message : String(error)}`;
  return new DataError(`${path}: ${why}`, { cause: error });
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'expected a file, found none; check the path',
  EACCES: 'expected a readable file, found one without read permission',
  EISDIR: 'expected a file, found a folder',
  Z_BUF_ERROR: 'expected a whole gzip file, found one cut short; copy or download it again',
  Z_DATA_ERROR: 'expected a gzip file, found damaged or other content; copy or download it again',
};
