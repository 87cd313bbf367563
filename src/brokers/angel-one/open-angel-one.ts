/**
 * Angel One put together: one session, one budget, one set of connections for all that is asked of the account. Entry point:
 * `openAngelOne`.
 */
import type { MarketCalendar } from '../../core/market-session.ts';
import type { CallLog } from '../../ports/call-log.ts';
import type { Clock } from '../../ports/clock.ts';
import { type BudgetWindow, RateBudget } from '../shared/rate-budget.ts';
import { AngelOneBroker } from './angel-one-broker.ts';
import { AngelOneGttBroker } from './angel-one-gtt-broker.ts';
import { AngelOneHistory } from './angel-one-history.ts';
import { angelOneWindows } from './call-limits.ts';
import type { CallClass } from './rest/call-class.ts';
import { RestClient } from './rest/rest-client.ts';
import { RestTransport } from './rest/rest-transport.ts';
import { login, logout, refresh } from './rest/user-calls.ts';
import { AngelOneSession, type TokenStore } from './session/angel-one-session.ts';
import type { AngelOneCredentials, AngelOneEndpoints, TokenSource } from './settings.ts';
import type { TokenBook } from './token-book.ts';

export interface AngelOneOptions {
  readonly credentials: AngelOneCredentials;
  readonly endpoints: AngelOneEndpoints;
  readonly clock: Clock;
  readonly calendar: MarketCalendar;
  /** Shared by all processes of the account. */
  readonly callLog: CallLog;
  /** What the budget goes by; the broker's own windows with our margins, if nothing else is said. */
  readonly windowsOf?: (callClass: CallClass) => readonly BudgetWindow[];
  /** The longest that a call may be on its way, by the clock. */
  readonly jitterMsOf?: (callClass: CallClass) => number;
  /** How long an answer may take. */
  readonly patienceMs?: number;
  readonly store?: TokenStore;
  /** Whether this process still is the one that trades the account; asked right before each write. */
  readonly mayWrite?: (() => Promise<boolean>) | undefined;
  /** Nothing works until a person has seen to it; the first reason only. */
  readonly onHalt: (reason: string) => void;
  /** A person should look, though trading goes on. */
  readonly onTrouble?: (text: string) => void;
  readonly onError: (error: unknown) => void;
}

export interface AngelOne {
  readonly session: AngelOneSession;
  /** For the calls of `rest/`. */
  readonly client: RestClient;
  broker(book: TokenBook): AngelOneBroker;
  gttBroker(book: TokenBook): AngelOneGttBroker;
  history(book: TokenBook): AngelOneHistory;
  /** Ends the connections; the session stays, for the next start. */
  close(): Promise<void>;
}

export function openAngelOne(options: AngelOneOptions): AngelOne {
  const { credentials, endpoints, clock, calendar, callLog, store, onError } = options;
  let isHalted = false;
  const onHalt = (reason: string): void => {
    if (isHalted) return;
    isHalted = true;
    options.onHalt(reason);
  };
  const transport = new RestTransport(endpoints.rest);
  const tokens: TokenSource = {
    tokens: () => session.tokens(),
    invalidate: (each) => session.invalidate(each),
  };
  const budget = new RateBudget({
    ...{ clock, log: callLog, windowsOf: options.windowsOf ?? angelOneWindows(), onError },
    ...(options.jitterMsOf === undefined ? {} : { jitterMsOf: options.jitterMsOf }),
  });
  const client = new RestClient({
    ...{ transport, budget, apiKey: credentials.apiKey, tokens, onHalt, mayWrite: options.mayWrite },
    patienceMs: options.patienceMs,
  });
  const session: AngelOneSession = new AngelOneSession({
    ...{ credentials, clock, onHalt, onTrouble: options.onTrouble, ...(store ? { store } : {}) },
    calls: {
      login: (each) => login(client, each),
      refresh: (token) => refresh(client, token),
      logout: (clientCode) => logout(client, clientCode),
    },
  });
  return {
    session,
    client,
    broker: (book) => new AngelOneBroker(client, book, clock, (text) => options.onTrouble?.(text)),
    gttBroker: (book) => new AngelOneGttBroker(client, book),
    history: (book) => new AngelOneHistory(client, book, calendar, clock),
    close: () => {
      session.close();
      budget.close();
      return transport.close();
    },
  };
}
