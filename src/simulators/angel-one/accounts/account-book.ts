/**
 * The clients of the simulated broker and their sessions. Entry point: `AccountBook`.
 *
 * Invariants: a token dies at 00:00 IST of the next day by the market's clock, whoever holds it; a client's streams are
 * told when its tokens die. A logout ends the REST token only: the broker lets the feed token live on.
 */
import { DAY_MS, dayOf, type EpochMs, startOfDay } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Switches } from '../control/behaviours.ts';
import type { OrderRow, SimulatedAccounts, StreamCredentials } from '../parts.ts';
import type { SimulatedAccount } from './account.ts';
import { createMint, type TokenTriple } from './mint-tokens.ts';
import { TotpGate } from './totp-gate.ts';

interface Session extends TokenTriple {
  readonly account: SimulatedAccount;
  readonly expires: EpochMs;
  /** `killed` tokens are unknown from then on; `expired` ones may be said to be so. */
  state: 'live' | 'loggedOut' | 'expired' | 'killed';
}

export type LoginFault = 'api-key' | 'client' | 'mpin' | 'totp';
export type TokenFault = 'missing' | 'invalid' | 'expired';
type OrderListener = (clientCode: string, code: string, row: OrderRow) => void;

export class AccountBook implements SimulatedAccounts {
  /** How far the broker's own clock is off. */
  skewMs = 0;
  readonly #accounts: ReadonlyMap<string, SimulatedAccount>;
  readonly #gates: ReadonlyMap<string, TotpGate>;
  readonly #clock: Clock;
  readonly #switches: Switches;
  readonly #mint = createMint();
  readonly #byJwt = new Map<string, Session>();
  readonly #byFeed = new Map<string, Session>();
  readonly #byRefresh = new Map<string, Session>();
  readonly #expiryListeners = new Set<(clientCode: string) => void>();
  readonly #orderListeners = new Set<OrderListener>();
  readonly #closed: AbortSignal;
  /** The midnight that is waited for. */
  #awaited: EpochMs = 0;

  constructor(accounts: readonly SimulatedAccount[], clock: Clock, switches: Switches, closed: AbortSignal) {
    this.#accounts = new Map(accounts.map((account) => [account.clientCode, account]));
    this.#gates = new Map(accounts.map(({ clientCode, totpSecret }) => [clientCode, new TotpGate(totpSecret)]));
    this.#clock = clock;
    this.#switches = switches;
    this.#closed = closed;
  }

  get all(): readonly SimulatedAccount[] {
    return [...this.#accounts.values()];
  }

  isKnownKey(apiKey: string | undefined): boolean {
    return this.all.some((account) => account.apiKey === apiKey);
  }

  login(
    apiKey: string | undefined,
    clientCode: string,
    mpin: string,
    totp: string,
  ): { readonly tokens: TokenTriple } | { readonly fault: LoginFault } {
    const account = this.#accounts.get(clientCode);
    if (account === undefined) return { fault: 'client' };
    if (account.apiKey !== apiKey) return { fault: 'api-key' };
    if (account.mpin !== mpin) return { fault: 'mpin' };
    const { totpClock, totpReuse, secondLogin } = this.#switches.current;
    const time = (totpClock === 'wall' ? Date.now() : this.#clock.now()) + this.skewMs;
    if (!this.#gates.get(clientCode)?.accepts(totp, time, totpReuse === 'allowed')) return { fault: 'totp' };
    if (secondLogin === 'kills') this.#end(clientCode, 'killed');
    return { tokens: this.#open(account) };
  }

  refresh(
    refreshToken: string,
  ): { readonly tokens: TokenTriple; readonly clientCode: string } | { readonly fault: 'invalid' | 'expired' } {
    const session = this.#byRefresh.get(refreshToken);
    if (session === undefined || session.state === 'killed') return { fault: 'invalid' };
    if (this.#isExpired(session)) return { fault: 'expired' };
    this.#byRefresh.delete(refreshToken);
    return { tokens: this.#open(session.account), clientCode: session.account.clientCode };
  }

  /** Whose refresh token this is, good or not. */
  ownerOf(refreshToken: string): string | undefined {
    return this.#byRefresh.get(refreshToken)?.account.clientCode;
  }

  logout(authorization: string | undefined): void {
    const session = this.#byJwt.get(bearerOf(authorization) ?? '');
    if (session?.state === 'live') session.state = 'loggedOut';
  }

  /** Whose token this is, if it is any good. */
  authorise(
    authorization: string | undefined,
  ): { readonly account: SimulatedAccount } | { readonly fault: TokenFault } {
    const token = bearerOf(authorization);
    if (token === undefined) return { fault: 'missing' };
    const session = this.#byJwt.get(token);
    if (session === undefined || session.state === 'killed' || session.state === 'loggedOut')
      return { fault: 'invalid' };
    return this.#isExpired(session) ? { fault: 'expired' } : { account: session.account };
  }

  /** All tokens of a client, or of everyone, die now. */
  expire(clientCode: string | null = null): void {
    for (const code of clientCode === null ? [...this.#accounts.keys()] : [clientCode]) this.#end(code, 'expired');
  }

  admit(
    stream: 'market' | 'orders',
    credentials: StreamCredentials,
  ): { readonly clientCode: string } | { readonly status: 401 | 403; readonly message: string } {
    return stream === 'market' ? this.#admitToMarket(credentials) : this.#admitToOrders(credentials);
  }

  onExpired(listener: (clientCode: string) => void): () => void {
    this.#expiryListeners.add(listener);
    return () => this.#expiryListeners.delete(listener);
  }

  onOrder(listener: OrderListener): () => void {
    this.#orderListeners.add(listener);
    return () => this.#orderListeners.delete(listener);
  }

  announceOrder(clientCode: string, code: string, row: OrderRow): void {
    for (const listener of this.#orderListeners) listener(clientCode, code, row);
  }

  /** Client code and feed token are what counts; the other two are checked when they are sent. */
  #admitToMarket({
    authorization,
    clientCode,
    apiKey,
    feedToken,
  }: StreamCredentials): ReturnType<AccountBook['admit']> {
    const account = this.#accounts.get(clientCode ?? '');
    if (account === undefined) return { status: 401, message: 'Invalid Client Code' };
    if (apiKey !== undefined && apiKey !== account.apiKey) return { status: 401, message: 'Invalid API Key' };
    const session = this.#byFeed.get(feedToken ?? '');
    const isGood = session?.account === account && session.state !== 'killed' && !this.#isExpired(session);
    if (!isGood) return { status: 401, message: 'Invalid Feed Token' };
    if (authorization === undefined) return { clientCode: account.clientCode };
    const owner = this.#byJwt.get(bearerOf(authorization) ?? '');
    const isOwn = owner?.account === account && owner.state !== 'killed' && !this.#isExpired(owner);
    return isOwn ? { clientCode: account.clientCode } : { status: 401, message: 'Invalid Auth Token' };
  }

  #admitToOrders({ authorization }: StreamCredentials): ReturnType<AccountBook['admit']> {
    const verdict = this.authorise(authorization);
    if ('account' in verdict) return { clientCode: verdict.account.clientCode };
    if (verdict.fault === 'expired') return { status: 403, message: 'Token Expired' };
    return { status: 401, message: 'Invalid Auth Token' };
  }

  #open(account: SimulatedAccount): TokenTriple {
    const now = this.#clock.now();
    const expires = startOfDay(dayOf(now) + 1);
    const tokens = this.#mint(account.clientCode, now, expires);
    const session: Session = { ...tokens, account, expires, state: 'live' };
    this.#byJwt.set(session.jwtToken, session);
    this.#byFeed.set(session.feedToken, session);
    this.#byRefresh.set(session.refreshToken, session);
    this.#await(expires);
    return tokens;
  }

  #await(midnight: EpochMs): void {
    if (midnight <= this.#awaited) return;
    this.#awaited = midnight;
    void this.#clock.sleepUntil(midnight, this.#closed).then(() => {
      if (this.#closed.aborted) return;
      for (const { clientCode } of this.all) this.#end(clientCode, 'expired', midnight);
      this.#forget(midnight - DAY_MS);
    });
  }

  #end(clientCode: string, state: 'expired' | 'killed', before = Number.POSITIVE_INFINITY): void {
    let hasEnded = false;
    for (const session of this.#byFeed.values()) {
      if (session.account.clientCode !== clientCode || session.expires > before) continue;
      if (session.state === 'expired' || session.state === 'killed') continue;
      session.state = state;
      hasEnded = true;
    }
    if (hasEnded) for (const listener of this.#expiryListeners) listener(clientCode);
  }

  /** Tokens of days long past need not be told from unknown ones. */
  #forget(before: EpochMs): void {
    for (const session of [...this.#byFeed.values()]) {
      if (session.expires >= before) continue;
      this.#byJwt.delete(session.jwtToken);
      this.#byFeed.delete(session.feedToken);
      this.#byRefresh.delete(session.refreshToken);
    }
  }

  #isExpired(session: Session): boolean {
    return session.state === 'expired' || this.#clock.now() >= session.expires;
  }
}

/** The token with one `Bearer` taken off, as the gateway does; undefined when there is none. */
function bearerOf(authorization: string | undefined): string | undefined {
  const token = authorization?.replace(/^Bearer /i, '').trim();
  return token === undefined || token === '' ? undefined : token;
}
