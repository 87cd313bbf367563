/** What a person has set up: credentials, one-time passwords, the bot, the calendar. Never shows a secret. */
import type { AngelOneAccess } from '../../config/env.ts';
import type { MarketCalendar, SessionInstrument } from '../../core/market-session.ts';
import { type DayNumber, dayOf, type EpochMs, formatDay, SECOND_MS } from '../../core/time.ts';
import { type Check, fail, ok, warn } from './check.ts';

const TOTP_STEP_MS = 30 * SECOND_MS;
/** Below RFC 4226's 128 bits authenticators still work; 80 bits are the usual least. */
const SHORTEST_SECRET_BYTES = 10;
const FAR_DAYS = 800;
const SOON_DAYS = 45;

const SEGMENTS: Readonly<Record<string, SessionInstrument>> = {
  shares: { exchange: 'NSE', kind: 'EQUITY', hasDerivatives: false },
  derivatives: { exchange: 'NFO', kind: 'FUTURE', hasDerivatives: false },
  commodities: { exchange: 'MCX', kind: 'FUTURE', hasDerivatives: false },
};

/** The environment was parsed, or why not: the doctor works without one. */
export function environmentCheck(problem: string | null): Check {
  const found = problem === null ? ok('every variable has the right shape') : null;
  return {
    name: 'environment',
    run: async () => found ?? fail((problem ?? '').split('\n').join('; '), 'Correct the variables or the .env file.'),
  };
}

/** `load` says in a few words what the configuration comes to, or throws. */
export function configurationCheck(load: () => Promise<string>): Check {
  return { name: 'configuration', run: async () => ok(await load()) };
}

export function credentialsCheck(access: AngelOneAccess | null): Check {
  return {
    name: 'credentials',
    run: async () => {
      if (access === null) {
        return warn(
          'no broker account: the bundled session is traded on paper',
          'For live prices set ANGEL_CLIENT_CODE, ANGEL_MPIN, ANGEL_TOTP_SECRET and ANGEL_API_KEY in .env.',
        );
      }
      const wrong = wrongCredentials(access);
      if (wrong.length === 0) return ok('client code, MPIN, TOTP secret and API key have the right shape');
      return fail(`wrong shape: ${wrong.join('; ')}`, 'Copy them again from the SmartAPI page; none is shown here.');
    },
  };
}

/** Where the one-time password stands; the code itself is never made here. */
export function totpCheck(access: AngelOneAccess, now: () => EpochMs = Date.now): Check {
  return {
    name: 'totp',
    run: async () => {
      const bytes = secretBytes(access.totpSecret);
      if (bytes === undefined) {
        return fail('the TOTP secret is no base-32 text', 'Enrol TOTP again and copy the secret under the QR code.');
      }
      const leftMs = TOTP_STEP_MS - (now() % TOTP_STEP_MS);
      const found = `a secret of ${bytes} bytes; the code now is good for ${Math.ceil(leftMs / SECOND_MS)} s more`;
      if (bytes >= SHORTEST_SECRET_BYTES) return ok(found);
      return warn(found, 'A secret that short may be cut off: compare it with the one under the QR code.');
    },
  };
}

/** Warns when it ends within `soonDays`. */
export function calendarCheck(
  load: () => Promise<MarketCalendar>,
  now: () => EpochMs = Date.now,
  soonDays: number = SOON_DAYS,
): Check {
  return {
    name: 'calendar',
    run: async () => {
      const calendar = await load();
      const today = dayOf(now());
      const through = Object.entries(SEGMENTS).map(([name, hours]) => ({
        name,
        last: knownThrough(calendar, hours, today),
      }));
      const found = through
        .map(({ name, last }) => `${name} ${last === null ? 'not known' : `through ${formatDay(last)}`}`)
        .join(', ');
      const todo = 'Update signalman, or name a newer calendar in bot.config.ts: beyond it regular hours are assumed.';
      const days = through.map(({ last }) => (last === null ? -1 : last - today));
      if (Math.min(...days) < 0) return fail(found, todo);
      return Math.min(...days) < soonDays ? warn(found, todo) : ok(found);
    },
  };
}

function wrongCredentials({ clientCode, mpin, totpSecret, apiKey }: AngelOneAccess): readonly string[] {
  return [
    /^[A-Z0-9]{3,20}$/i.test(clientCode) ? null : 'the client code is letters and digits',
    /^\d{4}$/.test(mpin) ? null : 'the MPIN has 4 digits',
    secretBytes(totpSecret) === undefined ? 'the TOTP secret is base-32: A to Z and 2 to 7' : null,
    /^\S{4,}$/.test(apiKey) ? null : 'the API key has no spaces',
  ].filter((each) => each !== null);
}

/** How many bytes a base-32 text stands for; undefined when it is none. */
function secretBytes(text: string): number | undefined {
  const digits = text.replace(/[\s-]/g, '').replace(/=+$/, '');
  return /^[A-Z2-7]+$/i.test(digits) ? Math.floor((digits.length * 5) / 8) : undefined;
}

/** The last day without a gap in what the calendar knows; null when it does not even know today. */
function knownThrough(calendar: MarketCalendar, hours: SessionInstrument, today: DayNumber): DayNumber | null {
  let last: DayNumber | null = null;
  for (let day = today; day < today + FAR_DAYS; day++) {
    // A day on which nobody trades is known: what is not known is taken for a trading day.
    if (calendar.sessionOn(hours, day)?.isKnown === false) break;
    last = day;
  }
  return last;
}
