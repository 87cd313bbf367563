/** What the broker says to us, through probes that its adapter offers. */
import { type EpochMs, formatIst, HOUR_MS } from '../../core/time.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

export interface BrokerProbes {
  /** Logs in, or takes the session that is kept. Rejects with what a person has to do. */
  session(signal: AbortSignal): Promise<'login' | 'kept'>;
  /** Connects the price stream and waits for its first sign of life. */
  stream(signal: AbortSignal): Promise<{ readonly heardAfterMs: number }>;
  /** When the broker gave out the instrument list that is there now. */
  master(signal: AbortSignal): Promise<{ readonly time: EpochMs | undefined; readonly bytes: number | undefined }>;
  /** Cancels an order that does not exist: what is asked is whether orders from this address are let in. */
  cancelNothing(signal: AbortSignal): Promise<Outcome<unknown>>;
  close(): Promise<void>;
}

const SLOW_STREAM_MS = 3_000;
const OLD_MASTER_MS = 30 * HOUR_MS;
/** Angel One's word for an address that is not registered. */
const UNREGISTERED = 'AG7002';

export interface BrokerCheckOptions {
  /** Sends an order write, which is why it has to be asked for. */
  readonly checkIp: boolean;
  readonly now?: () => EpochMs;
}

export function brokerChecks(probes: BrokerProbes, { checkIp, now = Date.now }: BrokerCheckOptions): readonly Check[] {
  const session: Check = {
    name: 'session',
    run: async (signal) => ok((await probes.session(signal)) === 'login' ? 'logged in' : "today's session is kept"),
  };
  const stream: Check = {
    name: 'stream',
    run: async (signal) => {
      const { heardAfterMs } = await probes.stream(signal);
      const found = `heard ${Math.round(heardAfterMs)} ms after connecting`;
      return heardAfterMs <= SLOW_STREAM_MS
        ? ok(found)
        : warn(found, 'The way to the broker is slow: look at the network.');
    },
  };
  const master: Check = { name: 'instruments', run: async (signal) => judgeMaster(await probes.master(signal), now()) };
  const address: Check = { name: 'address', run: async (signal) => judgeAddress(await probes.cancelNothing(signal)) };
  return checkIp ? [session, stream, master, address] : [session, stream, master];
}

function judgeMaster(
  { time, bytes }: { readonly time: EpochMs | undefined; readonly bytes: number | undefined },
  now: EpochMs,
): Finding {
  const size = bytes === undefined ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`;
  if (time === undefined) return ok(`the instrument list is there${size}; it does not say of when it is`);
  const found = `the instrument list is of ${formatIst(time)}${size}`;
  if (now - time <= OLD_MASTER_MS) return ok(found);
  return warn(
    found,
    'Over a weekend or a holiday that is right; else futures and options of it may be stale: wait for the new one.',
  );
}

function judgeAddress(outcome: Outcome<unknown>): Finding {
  const again = 'Try again in a minute.';
  switch (outcome.kind) {
    case 'done':
      return ok('orders from this address are let in');
    case 'refused':
      if (outcome.code !== UNREGISTERED)
        return ok(`orders from this address are let in (the answer was ${outcome.code})`);
      return fail(
        'the broker does not take orders from this address',
        'Register the public IP of this machine with the SmartAPI app; it can be changed once a week.',
      );
    case 'session':
      return fail(`no session: ${outcome.reason}`, 'Look at the check of the session first.');
    case 'throttled':
      return warn('the broker asks for fewer calls', again);
    case 'transient':
    case 'unknown':
      return warn(`no clear answer: ${outcome.reason}`, again);
  }
}
