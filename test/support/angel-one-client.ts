import { generateSync } from 'otplib';
import type { SimulatedAccount } from '../../src/simulators/angel-one/accounts/account.ts';

export const TEST_ACCOUNT: SimulatedAccount = {
  clientCode: 'T1000',
  mpin: '4321',
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  apiKey: 'test-key',
  fundsPaise: 1_000_000_00,
};

export interface WireReply {
  readonly status: number;
  readonly text: string;
  /** The parsed body; an empty object when it was none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  readonly headers: Headers;
}

const AUTH = '/rest/auth/angelbroking';
const SECURE = '/rest/secure/angelbroking';

/** Speaks the broker's REST protocol over real sockets and nothing more: no retries, no parsing beyond JSON. */
export class WireClient {
  readonly #url: string;
  readonly #account: SimulatedAccount;
  jwt = '';
  refreshToken = '';
  feedToken = '';

  constructor(url: string, account: SimulatedAccount = TEST_ACCOUNT) {
    this.#url = url;
    this.#account = account;
  }

  async login(
    totp = generateSync({ secret: this.#account.totpSecret }),
    mpin = this.#account.mpin,
  ): Promise<WireReply> {
    const body = { clientcode: this.#account.clientCode, password: mpin, totp };
    const reply = await this.send('POST', `${AUTH}/user/v1/loginByPassword`, body, { authorization: null });
    this.#keep(reply.data);
    return reply;
  }

  async refresh(): Promise<WireReply> {
    const reply = await this.send('POST', `${AUTH}/jwt/v1/generateTokens`, { refreshToken: this.refreshToken });
    this.#keep(reply.data);
    return reply;
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string | null>> = {}): Promise<WireReply> {
    return this.send('POST', `${SECURE}/${path}`, body, headers);
  }

  get(path: string): Promise<WireReply> {
    return this.send('GET', `${SECURE}/${path}`, undefined);
  }

  /** A header given as null is left out. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string | null>> = {},
  ): Promise<WireReply> {
    const all: Readonly<Record<string, string | null>> = {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-usertype': 'USER',
      'x-sourceid': 'WEB',
      'x-privatekey': this.#account.apiKey,
      authorization: `Bearer ${this.jwt}`,
      ...headers,
    };
    const sent = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null);
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    const parsed = parse(text);
    return { status: response.status, text, body: parsed, data: parsed.data, headers: response.headers };
  }

  #keep(data: unknown): void {
    if (typeof data !== 'object' || data === null) return;
    const { jwtToken, refreshToken, feedToken } = data as Readonly<Record<string, unknown>>;
    if (typeof jwtToken === 'string') this.jwt = jwtToken;
    if (typeof refreshToken === 'string') this.refreshToken = refreshToken;
    if (typeof feedToken === 'string') this.feedToken = feedToken;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
