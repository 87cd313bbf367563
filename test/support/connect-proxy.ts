import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';

export interface ProxyLogin {
  readonly user: string;
  readonly password: string;
}

export interface TestProxy {
  readonly port: number;
  /** Where tunnels were opened to, as `host:port`. */
  readonly tunnels: readonly string[];
  /** Whoever asks gets no answer from now on. */
  hang(): void;
  close(): Promise<void>;
}

/** An HTTP proxy on loopback that opens tunnels (CONNECT): for anybody, or with `login` for one user. */
export async function startConnectProxy({ login }: { readonly login?: ProxyLogin } = {}): Promise<TestProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  let isHanging = false;
  const wanted = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => watched(socket, sockets));
  server.on('connect', (request, client: Socket) => {
    if (isHanging) return;
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = watched(connect(Number(port), hostname), sockets);
    upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    upstream.once('connect', () => {
      tunnels.push(`${request.url}`);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
  });
  const hang = (): void => {
    isHanging = true;
  };
  return serving(server, sockets, { tunnels, hang });
}

/** On a port of its own; with it all connections end. */
export async function serving(
  server: Server,
  sockets: ReadonlySet<Socket>,
  proxy: Pick<TestProxy, 'tunnels' | 'hang'>,
): Promise<TestProxy> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...proxy,
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Ended with the proxy, and no error of it ends the test. */
export function watched(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
  return socket;
}
