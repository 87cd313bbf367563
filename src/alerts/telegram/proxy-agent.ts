/**
 * The way to Telegram through a proxy: a tunnel (HTTP CONNECT) of an `http:` or `https:` one, or SOCKS version 5, which also
 * looks the names up. Entry point: `proxyAgent`.
 *
 * Invariants: a tunnel that is not open in time is given up, with its socket; what keeps one from opening is a `ProxyError`,
 * and neither user nor password is in it.
 */
import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

/** Its `code` is all that is left of the class when the HTTP client has passed it on. */
export const PROXY_FAILED = 'EPROXY';

class ProxyError extends Error {
  readonly code = PROXY_FAILED;
}

const OPEN_MS = 10_000;
const AUTHENTICATION_REQUIRED = 407;
const LOGIN_REFUSED = 'The proxy of TELEGRAM_PROXY asks for a user and password that it knows';

/** For all calls of one API: tunnels are used again. */
export function proxyAgent(url: string): Agent {
  const { protocol, host } = new URL(url);
  const where = `The proxy of TELEGRAM_PROXY (${protocol}//${host})`;
  // By convention socks5h is the one that looks the names up itself: where Telegram is barred its name often is, too.
  if (protocol === 'socks5:') return new SocksTunnel(url.replace(/^socks5:/i, 'socks5h:'), where);
  return new ConnectTunnel(url, where);
}

class ConnectTunnel extends HttpsProxyAgent<string> {
  readonly #where: string;

  constructor(url: string, where: string) {
    super(url, { keepAlive: true });
    this.#where = where;
  }

  override async connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    const patience = new AbortController();
    const late = setTimeout(() => patience.abort(), OPEN_MS);
    // Of the connection that is begun before this gives way; it has no other handle until its tunnel is open.
    this.connectOpts = { ...this.connectOpts, signal: patience.signal };
    let status = 0;
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    let tunnel: Socket;
    try {
      tunnel = await super.connect(request, options);
    } catch (error) {
      const why = patience.signal.aborted ? 'it does not answer' : messageOf(error);
      throw new ProxyError(`${this.#where} can not be reached: ${why}`);
    } finally {
      clearTimeout(late);
    }
    if (status === 200) return tunnel;
    tunnel.destroy();
    if (status === AUTHENTICATION_REQUIRED) throw new ProxyError(`${LOGIN_REFUSED} (status 407)`);
    throw new ProxyError(`${this.#where} opens no way to Telegram: it answers with status ${status}`);
  }
}

class SocksTunnel extends SocksProxyAgent {
  readonly #where: string;

  constructor(url: string, where: string) {
    super(url, { keepAlive: true });
    this.#where = where;
  }

  override async connect(request: ClientRequest, options: Parameters<SocksProxyAgent['connect']>[1]) {
    try {
      return await super.connect(request, options);
    } catch (error) {
      const why = messageOf(error);
      if (/authentication/i.test(why)) throw new ProxyError(`${LOGIN_REFUSED} (${why})`);
      throw new ProxyError(`${this.#where} opens no way to Telegram: ${why}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
