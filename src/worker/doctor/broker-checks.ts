/** What the broker says to us, through probes that its adapter offers. */

import { masterFreshness } from '../../brokers/angel-one/instrument-master/master-freshness.ts';
import { ERROR_CODES } from '../../brokers/angel-one/rest/error-codes.ts';
import type { MarketCalendar, SessionInstrument } from '../../core/market-session.ts';
import { dayOf, type EpochMs, formatIst, SECOND_MS } from '../../core/time.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

export interface SessionFacts {
  /** Whether it took a login, or the session of an earlier start was still good. */
  readonly how: 'login' | 'kept';
  /** Whether the next start takes it over. */
  readonly isKept: boolean;
  /** What the account may trade, in the broker's words. */
  readonly exchanges: readonly string[];
}

export interface StreamFacts {
  /** What was subscribed to. */
  readonly instrument: string;
  readonly heardAfterMs: number;
  /** From subscribing to its first price; null: none came for a while. */
  readonly priceAfterMs: number | null;
}

export interface BrokerProbes {
  /** Logs in, or takes the session that is kept, and asks who we are. Rejects with what a person has to do. */
  session(signal: AbortSignal): Promise<SessionFacts>;
  /** Connects the price stream and waits for a first price. Rejects when there is no connection. Left out: not asked. */
  stream?(signal: AbortSignal): Promise<StreamFacts>;
  /** When the broker gave out the instrument list that is there now. */
  master(signal: AbortSignal): Promise<{ readonly time: EpochMs | undefined; readonly bytes: number | undefined }>;
  /** Cancels an order that can not exist: what is asked is whether orders from this address are let in. */
  cancelNothing(signal: AbortSignal): Promise<Outcome<unknown>>;
  close(): Promise<void>;
}

const SLOW_STREAM_MS = 3_000;
/** A wrong one-time password is tried once more with the next one, which may be half a minute away. */
const LOGIN_PATIENCE_MS = 35 * SECOND_MS;
/** Angel One's word for an address that is not registered, and those for an order that is not there. */
const UNREGISTERED = 'AG7002';
const NO_SUCH_ORDER: readonly string[] = ['AB1013', 'AB1007'];
const LOOK_AT_SESSION = 'Look at the check of the session first.';
const STREAM_TODO =
  'Look at the network and at a firewall or proxy in between; when it was answered 401 at ANGEL_CLIENT_CODE and ANGEL_API_KEY, when 429 at other programs that use this account.';
const INDEX: SessionInstrument = { exchange: 'NSE', kind: 'INDEX', hasDerivatives: false };

export interface BrokerCheckOptions {
  /** Sends an order write, which is why it has to be asked for. */
  readonly checkIp: boolean;
  /** Null: it could not be read. */
  readonly calendar: MarketCalendar | null;
  readonly now?: () => EpochMs;
}

export function brokerChecks(probes: BrokerProbes, options: BrokerCheckOptions): readonly Check[] {
  const { checkIp, calendar, now = Date.now } = options;
  let asked: Promise<SessionFacts> | undefined;
  const opened = (signal: AbortSignal): Promise<SessionFacts> => {
    asked ??= probes.session(signal);
    return asked;
  };
  const inSession = (name: string, run: (signal: AbortSignal) => Promise<Finding>): Check => ({
    ...{ name, patienceMs: LOGIN_PATIENCE_MS },
    run: async (signal) => {
      const isOpen = await opened(signal).then(
        () => true,
        () => false,
      );
      return isOpen ? run(signal) : fail('could not be asked without a session', LOOK_AT_SESSION);
    },
  });
  const session: Check = {
    ...{ name: 'session', patienceMs: LOGIN_PATIENCE_MS },
    run: async (signal) => judgeSession(await opened(signal)),
  };
  const firstPrice = probes.stream?.bind(probes);
  const stream = inSession('stream', async (signal) => {
    const facts = await firstPrice?.(signal).catch((error: unknown) =>
      String(error instanceof Error ? error.message : error),
    );
    if (facts === undefined) return warn('not asked', STREAM_TODO);
    return typeof facts === 'string'
      ? fail(`no market stream: ${facts}`, STREAM_TODO)
      : judgeStream(facts, calendar, now());
  });
  const master: Check = {
    name: 'instruments',
    run: async (signal) => judgeMaster(await probes.master(signal), calendar, now()),
  };
  const address = inSession('address', async (signal) => judgeAddress(await probes.cancelNothing(signal)));
  return [session, ...(firstPrice ? [stream] : []), master, ...(checkIp ? [address] : [])];
}

function judgeSession({ how, isKept, exchanges }: SessionFacts): Finding {
  const found = `${how === 'login' ? 'logged in' : "today's session is kept and good"}; the account trades ${exchanges.join(', ')}`;
  if (exchanges.length > 0)
    return ok(isKept ? found : `${found}; with SIGNALMAN_KEY in .env the worker would take this session over`);
  return warn('there is a session, but the account trades on no exchange', 'Ask the broker to activate the segments.');
}

function judgeStream(
  { instrument, heardAfterMs, priceAfterMs }: StreamFacts,
  calendar: MarketCalendar | null,
  now: EpochMs,
): Finding {
  const connected = `connected in ${Math.round(heardAfterMs)} ms`;
  if (priceAfterMs === null) {
    const session = calendar?.sessionOn(INDEX, dayOf(now)) ?? null;
    const isOpen = session !== null && session.open <= now && now < session.close;
    if (!isOpen) return ok(`${connected}; no price of ${instrument}: the market is closed`);
    const todo = 'Try again; if it stays so, ask the broker whether the account has live prices.';
    return warn(`${connected}; no price of ${instrument} though the market is open`, todo);
  }
  const found = `${connected}, first price of ${instrument} ${Math.round(priceAfterMs)} ms later`;
  return heardAfterMs + priceAfterMs <= SLOW_STREAM_MS
    ? ok(found)
    : warn(found, 'The way to the broker is slow: look at the network.');
}

function judgeMaster(
  { time, bytes }: { readonly time: EpochMs | undefined; readonly bytes: number | undefined },
  calendar: MarketCalendar | null,
  now: EpochMs,
): Finding {
  const size = bytes === undefined ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`;
  if (time === undefined) return ok(`the broker's instrument list is there${size}; it does not say of when it is`);
  const found = `the broker's instrument list is of ${formatIst(time)}${size}`;
  if (calendar === null) return ok(found);
  const { tradingDays, canTradeDerivatives } = masterFreshness(time, now, calendar);
  if (tradingDays === 0) return ok(found);
  const todo = "Wait for today's, which comes before the market opens";
  if (canTradeDerivatives) return warn(`${found}: of the trading day before`, `${todo}.`);
  const why = 'tokens of futures and options are used again and lots change, so none of them is traded from it';
  return fail(`${found}: ${tradingDays} trading days old`, `${todo}; ${why}.`);
}

function judgeAddress(outcome: Outcome<unknown>): Finding {
  const again = 'Try again in a minute.';
  switch (outcome.kind) {
    case 'done':
      return ok('orders from this address are let in');
    case 'refused':
      return judgeRefusal(outcome.code, outcome.reason);
    case 'session':
      return fail(`no session: ${outcome.reason}`, LOOK_AT_SESSION);
    case 'throttled':
      return warn('the broker asks for fewer calls', again);
    case 'transient':
    case 'unknown':
      return warn(`no clear answer: ${outcome.reason}`, again);
  }
}

function judgeRefusal(code: string, reason: string): Finding {
  if (NO_SUCH_ORDER.includes(code)) return ok(`orders from this address are let in (the answer was ${code})`);
  if (code === UNREGISTERED) {
    return fail(
      `the broker does not take orders from this address (${code})`,
      'Register the public IP of this machine with the SmartAPI app; it can be changed once a week.',
    );
  }
  if (ERROR_CODES[code]?.class === 'halt')
    return fail(`no order would be taken: ${reason} (${code})`, 'Correct that first.');
  return warn(
    `orders from this address seem to be let in, but the answer was new: ${reason} (${code})`,
    'Look it up at the broker.',
  );
}
