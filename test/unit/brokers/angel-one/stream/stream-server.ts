import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { AngelOneTokens, TokenSource } from '../../../../../src/brokers/angel-one/settings.ts';
import type { EpochMs } from '../../../../../src/core/time.ts';
import { freePort } from '../../../../../src/db/free-port.ts';
import type { Clock } from '../../../../../src/ports/clock.ts';

const requestSchema = z.object({
  correlationID: z.string(),
  action: z.union([z.literal(0), z.literal(1)]),
  params: z.object({
    mode: z.number(),
    tokenList: z.array(z.object({ exchangeType: z.number(), tokens: z.array(z.string()) })),
  }),
});
export type StreamRequest = z.output<typeof requestSchema>;

export interface ServedSocket {
  readonly socket: WebSocket;
  readonly raw: Duplex;
  readonly headers: IncomingMessage['headers'];
  readonly extensions: string | undefined;
  readonly requests: StreamRequest[];
  /** `<exchange type>|<token>` of what is subscribed. */
  readonly tokens: Set<string>;
  pings: number;
}

/** A broker's stream on loopback: heartbeat, subscriptions, and the ways in which it goes wrong. */
export class StreamServer {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #raws = new Set<Duplex>();
  /** All that were ever let in, oldest first. */
  readonly served: ServedSocket[] = [];
  upgrades = 0;
  /** Not a word more, though the sockets stay open. */
  isMute = false;
  /** Takes no notice of upgrades: the client stays connecting. */
  isDeaf = false;
  admit: (request: IncomingMessage) => number | undefined = () => undefined;
  onRequest: (served: ServedSocket, request: StreamRequest) => void = () => {};

  private constructor() {
    this.#server = createServer();
    this.#server.on('connection', (raw) => {
      this.#raws.add(raw);
      raw.on('close', () => this.#raws.delete(raw));
      raw.on('error', () => {});
    });
    this.#server.on('upgrade', (request, raw, head) => this.#upgrade(request, raw, head));
  }

  /** By default where nobody else comes between when another one takes its place. */
  static async start(port?: number): Promise<StreamServer> {
    const server = new StreamServer();
    server.#server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get openRawSockets(): number {
    return this.#raws.size;
  }

  /** Those whose sockets are open now. */
  get live(): readonly ServedSocket[] {
    return this.served.filter(({ socket }) => socket.readyState === socket.OPEN);
  }

  async stop(): Promise<void> {
    for (const raw of this.#raws) raw.destroy();
    this.#sockets.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    this.upgrades += 1;
    if (this.isDeaf) {
      // Read on, or the client's good-bye is never seen.
      raw.resume();
      raw.on('end', () => raw.destroy());
      return;
    }
    const status = this.admit(request);
    if (status !== undefined) {
      raw.end(`HTTP/1.1 ${status} No\r\nx-error-message: Invalid Feed Token\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, raw, head, (socket) => {
      const served: ServedSocket = {
        ...{ socket, raw, headers: request.headers, extensions: request.headers['sec-websocket-extensions'] },
        ...{ requests: [], tokens: new Set(), pings: 0 },
      };
      this.served.push(served);
      socket.on('error', () => {});
      socket.on('message', (data) => this.#read(served, String(data)));
    });
  }

  #read(served: ServedSocket, text: string): void {
    if (this.isMute) return;
    if (text === 'ping') {
      served.pings += 1;
      served.socket.send('pong');
      return;
    }
    const request = requestSchema.parse(JSON.parse(text));
    served.requests.push(request);
    for (const { exchangeType, tokens } of request.params.tokenList) {
      for (const token of tokens) {
        if (request.action === 1) served.tokens.add(`${exchangeType}|${token}`);
        else served.tokens.delete(`${exchangeType}|${token}`);
      }
    }
    this.onRequest(served, request);
  }
}

/** Tokens numbered by how often they had to be made anew. */
export class CountingTokens implements TokenSource {
  made = 1;
  asked = 0;
  readonly invalidated: AngelOneTokens[] = [];
  failure: Error | undefined;
  #held: AngelOneTokens = tokensOf(1);

  async tokens(): Promise<AngelOneTokens> {
    this.asked += 1;
    if (this.failure) throw this.failure;
    return this.#held;
  }

  invalidate(tokens: AngelOneTokens): void {
    this.invalidated.push(tokens);
    if (tokens.jwt !== this.#held.jwt) return;
    this.made += 1;
    this.#held = tokensOf(this.made);
  }
}

function tokensOf(n: number): AngelOneTokens {
  return { jwt: `secret-jwt-${n}`, refresh: `secret-refresh-${n}`, feed: `secret-feed-${n}` };
}

/** The time of day. */
export const wallClock: Clock = {
  now: (): EpochMs => Date.now(),
  sleepUntil: () => Promise.reject(new Error('Expected nobody to sleep by this clock')),
};

export async function until(isSo: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Expected ${what} within ${withinMs} ms`);
    await rest(5);
  }
}

export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
