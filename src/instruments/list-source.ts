/** Where a list of instruments comes from: the broker's address, or a file that was brought here. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { EpochMs } from '../core/time.ts';

export type ListSource =
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string };

export interface ListBytes {
  /** When the list was got from the broker. */
  readonly listTime: EpochMs;
  /** When the broker made it, in its own words; null when it does not say. */
  readonly givenTime: EpochMs | null;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A server that says nothing for so long says nothing more. */
const SILENCE_MS = 30_000;

/** As it is stored and shown: an address without what may be secret in it. */
export function sourceName(source: ListSource): string {
  if (source.kind === 'file') return source.path;
  const { protocol, host, pathname } = new URL(source.url);
  return `${protocol}//${host}${pathname}`;
}

export function openSource(source: ListSource, now: EpochMs, silenceMs = SILENCE_MS): Promise<ListBytes> {
  return source.kind === 'file' ? openFile(source.path, now) : openAddress(source, now, silenceMs);
}

/** A file's own time counts: one that lay about since last week is last week's list. */
async function openFile(path: string, now: EpochMs): Promise<ListBytes> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw new ConfigError(`${path}: expected a file with a list of instruments, found ${found ? 'a folder' : 'none'}`);
  }
  return { listTime: Math.min(Math.floor(found.mtimeMs), now), givenTime: null, bytes: readable(path) };
}

async function* readable(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError(`${basename(path)} can not be read: ${why}`, { cause });
  }
}

async function openAddress(
  source: Extract<ListSource, { kind: 'address' }>,
  now: EpochMs,
  silenceMs: number,
): Promise<ListBytes> {
  const name = sourceName(source);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await fetch(source.url, { signal: silence.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new UnavailableError(
        `The list of instruments at ${name} was answered with HTTP ${response.status}: try again later`,
      );
    }
    const given = Date.parse(response.headers.get('last-modified') ?? '');
    return {
      listTime: now,
      givenTime: given <= now ? given : null,
      bytes: untilSilent(response.body, silence, silenceMs, name),
    };
  } catch (cause) {
    if (cause instanceof UnavailableError) throw cause;
    const why = silence.signal.aborted ? `no answer within ${silenceMs / 1_000} s` : reasonOf(cause);
    throw new UnavailableError(
      `The list of instruments at ${name} can not be reached (${why}): look at the network, or try again later`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}

async function* untilSilent(
  body: ReadableStream<Uint8Array>,
  silence: AbortController,
  silenceMs: number,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  const listen = (): NodeJS.Timeout => setTimeout(() => silence.abort(), silenceMs);
  let timer = listen();
  try {
    for await (const chunk of body) {
      // However long the reader takes over it, the server is not silent meanwhile.
      clearTimeout(timer);
      yield chunk;
      timer = listen();
    }
  } catch (cause) {
    const why = silence.signal.aborted ? `nothing came for ${silenceMs / 1_000} s` : reasonOf(cause);
    throw new UnavailableError(`The list of instruments at ${name} broke off (${why}): try again`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The network's own word stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
