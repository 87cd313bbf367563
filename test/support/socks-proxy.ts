import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type ProxyLogin, serving, type TestProxy, watched } from './connect-proxy.ts';

const VERSION = 5;
const LOGIN_VERSION = 1;
const NO_LOGIN = 0;
const BY_LOGIN = 2;
const NO_METHOD = 0xff;
const DOMAIN = 3;
const IPV4 = 1;
/** Granted, with an address that nobody asks for. */
const GRANTED = Buffer.from([VERSION, 0, 0, IPV4, 0, 0, 0, 0, 0, 0]);
const UNREACHABLE = Buffer.from([VERSION, 4, 0, IPV4, 0, 0, 0, 0, 0, 0]);

/** A SOCKS 5 proxy on loopback (RFC 1928, RFC 1929): for anybody, or with `login` for one user. */
export async function startSocksProxy({ login }: { readonly login?: ProxyLogin } = {}): Promise<TestProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  let isHanging = false;
  const server = createServer((client) => {
    watched(client, sockets);
    if (!isHanging) void serve(client).catch(() => client.destroy());
  });

  async function serve(client: Socket): Promise<void> {
    const [, count = 0] = await take(client, 2);
    const methods = await take(client, count);
    const method = login === undefined ? NO_LOGIN : BY_LOGIN;
    if (!methods.includes(method)) {
      client.end(Buffer.from([VERSION, NO_METHOD]));
      return;
    }
    client.write(Buffer.from([VERSION, method]));
    if (login !== undefined) {
      const [, userLength = 0] = await take(client, 2);
      const user = (await take(client, userLength)).toString();
      const [passwordLength = 0] = await take(client, 1);
      const password = (await take(client, passwordLength)).toString();
      const isKnown = user === login.user && password === login.password;
      client.write(Buffer.from([LOGIN_VERSION, isKnown ? 0 : 1]));
      if (!isKnown) {
        client.end();
        return;
      }
    }
    const [, , , kind] = await take(client, 4);
    const host =
      kind === DOMAIN ? (await take(client, (await take(client, 1))[0] ?? 0)).toString() : await ipv4(client);
    const port = (await take(client, 2)).readUInt16BE();
    const upstream = watched(connect(port, host), sockets);
    upstream.once('error', () => client.end(UNREACHABLE));
    upstream.once('connect', () => {
      tunnels.push(`${host}:${port}`);
      client.write(GRANTED);
      client.pipe(upstream).pipe(client);
    });
  }

  const hang = (): void => {
    isHanging = true;
  };
  return serving(server, sockets, { tunnels, hang });
}

async function ipv4(client: Socket): Promise<string> {
  return [...(await take(client, 4))].join('.');
}

/** The next bytes, when so many have come. */
async function take(client: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = count === 0 ? Buffer.alloc(0) : client.read(count);
    if (bytes !== null) return bytes;
    await once(client, 'readable');
  }
}
