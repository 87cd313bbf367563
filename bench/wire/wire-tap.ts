/**
 * Stands between a worker and its broker and takes the time of what goes by: frames of the market stream on their way to
 * the worker, calls on their way to the broker. Both by this process's clock, at the moment they are read from or written
 * to a socket. Entry point: `openWireTap`.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** `performance.now()` of this process. */
type Instant = number;

export interface WireCall {
  readonly time: Instant;
  readonly path: string;
  readonly body: string;
}

export interface WireTap {
  readonly url: string;
  onCall: (call: WireCall) => void;
  /** Of a binary frame of the market stream, before it is written to the worker's socket. */
  onFrame: (time: Instant) => void;
  close(): Promise<void>;
}

const MARKET_STREAM = 'GET /smart-stream';
const REQUEST_LINE = /^(?:GET|POST) (\S+) HTTP/;
/** First byte of an unfragmented binary frame (RFC 6455, section 5.2). */
const BINARY_FRAME = 0x82;

export async function openWireTap(upstreamUrl: string): Promise<WireTap> {
  const target = new URL(upstreamUrl);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (worker) => {
    const broker = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    for (const [socket, other] of [
      [worker, broker],
      [broker, worker],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    let isMarketStream = false;
    let begun: WireCall | null = null;
    worker.on('data', (data) => {
      const time = performance.now();
      broker.write(data);
      if (isMarketStream) return;
      const text = data.toString('latin1');
      const path = REQUEST_LINE.exec(text)?.[1];
      if (path !== undefined) begun = { time, path, body: '' };
      isMarketStream = text.startsWith(MARKET_STREAM);
      // Head and body may come apart; the call has begun with its head.
      if (begun === null) return;
      begun = { ...begun, body: begun.body + text };
      if (!begun.body.endsWith('}')) return;
      tap.onCall({ ...begun, body: begun.body.slice(begun.body.indexOf('\r\n\r\n') + 4) });
      begun = null;
    });
    broker.on('data', (data) => {
      if (isMarketStream && data[0] === BINARY_FRAME) tap.onFrame(performance.now());
      worker.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Expected a port, found "${address}"`);
  const tap: WireTap = {
    url: `http://127.0.0.1:${address.port}`,
    onCall: () => undefined,
    onFrame: () => undefined,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return tap;
}
