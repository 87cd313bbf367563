/**
 * One request, one answer, over kept-alive connections. It knows whether a request that failed may have reached the broker:
 * until a connection stands nothing was sent; from then on nothing is proven.
 */
import { Pool } from 'undici';

export interface RestRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the request to the whole answer. */
  readonly timeoutMs: number;
}

export type RestAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string; readonly date: string | undefined }
  | { readonly kind: 'not-sent'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string };

const CONNECT_TIMEOUT_MS = 5_000;
const CONNECTIONS = 6;
/** A month of one-minute candles is some 700 kB. */
const LARGEST_BODY = 32 * 1024 * 1024;
/** Errors of a request that never had a connection: of the client, and of the system's calls that make one. */
const NOT_SENT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED']);
const CONNECTING = new Set(['connect', 'getaddrinfo']);

export class RestTransport {
  readonly #pool: Pool;
  #isClosed = false;

  constructor(origin: string) {
    this.#pool = new Pool(origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: 20_000,
    });
  }

  async send({ method, path, headers, body, timeoutMs }: RestRequest): Promise<RestAnswer> {
    if (this.#isClosed) return { kind: 'not-sent', reason: 'The connections to the broker are closed' };
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#pool.request({
        ...{
          method,
          path,
          headers: { ...headers },
          signal: timeout,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await textOf(response.body);
      if (text === undefined) return { kind: 'unanswered', reason: `An answer of more than ${LARGEST_BODY} bytes` };
      const date = response.headers.date;
      return {
        kind: 'answered',
        status: response.statusCode,
        body: text,
        date: typeof date === 'string' ? date : undefined,
      };
    } catch (error) {
      if (timeout.aborted) return { kind: 'unanswered', reason: `No answer within ${timeoutMs / 1_000} s` };
      const { code, isConnecting } = failureOf(error);
      const reason = `The connection to the broker failed (${code})`;
      return isConnecting || NOT_SENT.has(code) ? { kind: 'not-sent', reason } : { kind: 'unanswered', reason };
    }
  }

  /** What is under way has been sent and stays unanswered. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#pool.destroy();
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The code alone: messages of the library may quote what was sent. */
function failureOf(error: unknown): { readonly code: string; readonly isConnecting: boolean } {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string') {
      const isConnecting = 'syscall' in each && typeof each.syscall === 'string' && CONNECTING.has(each.syscall);
      return { code: each.code, isConnecting: isConnecting || isOfAllAddresses(each) };
    }
    if (each instanceof AggregateError && each.errors.length > 0) return failureOf(each.errors[0]);
  }
  return { code: error instanceof Error ? error.name : 'unknown', isConnecting: false };
}

/** Every address was tried, and none took the connection. */
function isOfAllAddresses(error: Error): boolean {
  return (
    error instanceof AggregateError &&
    error.errors.length > 0 &&
    error.errors.every((each) => failureOf(each).isConnecting)
  );
}
