/**
 * What each process writes to the broker, in the order in which it gets there: every process has a port of its own, from
 * which its calls are passed on. Entry point: `WriteLog`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Pool } from 'undici';

export interface Write {
  /** The process that sent it. */
  readonly port: number;
  readonly path: string;
  readonly time: number;
}

interface Target {
  readonly url: string;
  isWrite(path: string): boolean;
}

/** Those of one hop are not passed on. */
const OF_THE_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

export class WriteLog {
  readonly writes: Write[] = [];
  readonly #target: Target;
  readonly #pool: Pool;
  readonly #servers: Server[] = [];

  constructor(target: Target) {
    this.#target = target;
    this.#pool = new Pool(target.url, { connections: 32 });
  }

  /** A door to the broker for one process. */
  async open(): Promise<{ readonly url: string; readonly port: number }> {
    const server = createServer((request, response) => {
      this.#pass(request, response, port).catch(() => response.destroy());
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { url: `http://127.0.0.1:${port}`, port };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    await this.#pool.destroy();
  }

  async #pass(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '/';
    if (this.#target.isWrite(path)) this.writes.push({ port, path, time: performance.now() });
    const answer = await this.#pool.request({
      method: request.method === 'POST' ? 'POST' : 'GET',
      path,
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => {
          return value === undefined || OF_THE_HOP.has(name) ? [] : [[name, value]];
        }),
      ),
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    const headers = Object.entries(answer.headers).flatMap(([name, value]) => {
      return value === undefined || OF_THE_HOP.has(name) ? [] : [[name, value] as const];
    });
    response.writeHead(answer.statusCode, { ...Object.fromEntries(headers), 'content-length': body.length });
    response.end(body);
  }
}
