import { verifySync } from 'otplib';
import { describe, expect, it } from 'vitest';
import {
  AngelOneSession,
  type SessionCalls,
  type TokenStore,
} from '../../../../../src/brokers/angel-one/session/angel-one-session.ts';
import {
  openTokens,
  type StoredTokens,
  sealTokens,
} from '../../../../../src/brokers/angel-one/session/sealed-tokens.ts';
import type { AngelOneTokens } from '../../../../../src/brokers/angel-one/settings.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../../src/core/time.ts';
import type { Clock } from '../../../../../src/ports/clock.ts';
import type { Outcome } from '../../../../../src/ports/outcome.ts';
import { ist } from '../../../../support/fixed-calendar.ts';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CREDENTIALS = { clientCode: 'X1234', mpin: '4321', totpSecret: SECRET, apiKey: 'key' };
const MORNING = ist('2026-11-18', '08:30');

/** Sleeping moves it. */
class JumpingClock implements Clock {
  time = MORNING;

  now(): number {
    return this.time;
  }

  sleepUntil(time: number, _signal?: AbortSignal): Promise<void> {
    this.time = Math.max(this.time, time);
    return Promise.resolve();
  }
}

function sessionWith(
  answer: (login: number) => Outcome<AngelOneTokens> | undefined = () => undefined,
  store?: TokenStore,
) {
  const clock = new JumpingClock();
  const logins: { totp: string; time: number }[] = [];
  const refreshes: string[] = [];
  const logouts: string[] = [];
  const halts: string[] = [];
  const troubles: string[] = [];
  /** What the broker makes of a refresh; by default it is done. */
  const broker: { refresh?: () => Promise<Outcome<AngelOneTokens>>; logout?: () => Promise<Outcome<null>> } = {};
  let number = 0;
  const fresh = (): AngelOneTokens => {
    number += 1;
    return { jwt: `jwt-${number}`, refresh: `refresh-${number}`, feed: `feed-${number}` };
  };
  const calls: SessionCalls = {
    async login({ totp }) {
      logins.push({ totp, time: clock.now() });
      await Promise.resolve();
      return answer(logins.length) ?? { kind: 'done', value: fresh() };
    },
    refresh(token) {
      refreshes.push(token);
      if (broker.refresh) return broker.refresh();
      return Promise.resolve({ kind: 'done', value: fresh() });
    },
    logout(clientCode) {
      logouts.push(clientCode);
      return broker.logout?.() ?? Promise.resolve({ kind: 'done', value: null });
    },
  };
  const session = new AngelOneSession({
    ...{ credentials: CREDENTIALS, calls, clock, onHalt: (reason: string) => halts.push(reason) },
    onTrouble: (text) => troubles.push(text),
    ...(store ? { store } : {}),
  });
  return { session, clock, logins, refreshes, logouts, halts, troubles, broker };
}

describe('the session', () => {
  it('logs in once for all who ask at the same time, with the code of the moment', async () => {
    const { session, logins } = sessionWith();
    const all = await Promise.all(Array.from({ length: 100 }, () => session.tokens()));
    expect(new Set(all.map(({ jwt }) => jwt))).toEqual(new Set(['jwt-1']));
    expect(logins).toHaveLength(1);
    const epoch = Math.floor((logins[0]?.time ?? 0) / 1_000);
    expect(verifySync({ secret: SECRET, token: logins[0]?.totp ?? '', epoch }).valid).toBe(true);
  });

  it('says how it stands: none, of which moment its tokens are, or why nothing is tried any more', async () => {
    const { session, clock } = sessionWith();
    expect(session.standing).toEqual({ kind: 'none' });
    await session.tokens();
    clock.time += HOUR_MS;
    expect(session.standing).toEqual({ kind: 'open', since: MORNING });
    clock.time = ist('2026-11-19', '00:00');
    expect(session.standing, 'after midnight they are no use').toEqual({ kind: 'none' });
    const refused = sessionWith(() => ({ kind: 'refused', code: 'AB1007', reason: 'Invalid MPIN' }));
    await expect(refused.session.tokens()).rejects.toThrow();
    expect(refused.session.standing).toEqual({
      kind: 'halted',
      reason: expect.stringMatching(/^Angel One refused the login: Invalid MPIN \(AB1007\)/),
    });
    expect(JSON.stringify(refused.session.standing)).not.toContain(CREDENTIALS.mpin);
  });

  it('never uses one code twice', async () => {
    const { session, logins } = sessionWith();
    session.invalidate(await session.tokens());
    session.invalidate(await session.tokens());
    await session.tokens();
    const steps = logins.map(({ time }) => Math.floor(time / 30_000));
    expect(new Set(steps).size).toBe(3);
  });

  it('gets new tokens only when those of now are called invalid', async () => {
    const { session, logins } = sessionWith();
    const old = await session.tokens();
    session.invalidate(old);
    const next = await session.tokens();
    session.invalidate(old);
    expect(await session.tokens()).toBe(next);
    expect(logins).toHaveLength(2);
  });

  it('refreshes after five hours and uses nothing from before midnight', async () => {
    const { session, clock, logins, refreshes } = sessionWith();
    await session.tokens();
    clock.time = MORNING + 5 * HOUR_MS;
    expect((await session.tokens()).jwt).toBe('jwt-2');
    expect(refreshes).toEqual(['refresh-1']);
    clock.time = ist('2026-11-19', '00:00');
    expect((await session.tokens()).jwt).toBe('jwt-3');
    expect(logins, 'a day begins with a login').toHaveLength(2);
  });

  it('stops for good when client code or MPIN are wrong, and says so once', async () => {
    const { session, logins, halts } = sessionWith(() => ({
      kind: 'refused',
      code: 'AB1007',
      reason: 'Use your MPIN',
    }));
    for (let i = 0; i < 5; i += 1) await expect(session.tokens()).rejects.toThrow('Use your MPIN (AB1007)');
    expect(logins).toHaveLength(1);
    expect(halts).toEqual([
      expect.stringMatching(/^Angel One refused the login: Use your MPIN \(AB1007\): check .*ANGEL_MPIN/),
    ]);
  });

  it('tries a wrong code once more with the next one, and then stops', async () => {
    const wrong: Outcome<AngelOneTokens> = { kind: 'refused', code: 'AB1050', reason: 'Invalid totp' };
    const once = sessionWith((login) => (login === 1 ? wrong : undefined));
    expect((await once.session.tokens()).jwt).toBe('jwt-1');
    const twice = sessionWith(() => wrong);
    await expect(twice.session.tokens()).rejects.toThrow('AB1050');
    expect([twice.logins.length, twice.halts.length]).toEqual([2, 1]);
  });

  it('gives up for now, not for good, when the broker can not be reached', async () => {
    let isDown = true;
    const { session, logins, halts } = sessionWith(() =>
      isDown ? { kind: 'transient', reason: 'no connection' } : undefined,
    );
    await expect(session.tokens()).rejects.toThrow('no connection');
    expect(logins.length).toBeLessThanOrEqual(3);
    isDown = false;
    expect((await session.tokens()).jwt).toBe('jwt-1');
    expect(halts).toEqual([]);
  });
});

describe('a refresh', () => {
  it('holds nobody up: the old tokens are handed out until the new ones are there', async () => {
    const { session, clock, broker } = sessionWith();
    const old = await session.tokens();
    clock.time = session.refreshTime ?? 0;
    expect(clock.time).toBe(MORNING + 5 * HOUR_MS);
    let answer: (outcome: Outcome<AngelOneTokens>) => void = () => undefined;
    broker.refresh = () => new Promise((resolve) => (answer = resolve));
    const asked = session.tokens();
    expect(await session.tokens()).toBe(old);
    answer({ kind: 'done', value: { jwt: 'new', refresh: 'r', feed: '' } });
    expect(await asked).toEqual({ jwt: 'new', refresh: 'r', feed: old.feed });
    expect(await session.tokens()).toEqual(await asked);
  });

  it('that fails leaves the old tokens and is not asked for again at once', async () => {
    const { session, clock, refreshes, logins, broker } = sessionWith();
    const old = await session.tokens();
    broker.refresh = () => Promise.resolve({ kind: 'transient', reason: 'no answer' });
    clock.time = MORNING + 5 * HOUR_MS;
    for (let i = 0; i < 10; i += 1) expect(await session.tokens()).toBe(old);
    expect(refreshes).toHaveLength(1);
    expect(session.refreshTime).toBe(clock.time + 5 * MINUTE_MS);
    clock.time += 5 * MINUTE_MS;
    expect(await session.tokens()).toBe(old);
    expect([refreshes.length, logins.length]).toEqual([2, 1]);
  });

  it.each(['AB8050', 'AB8051'])('whose token is refused (%s) becomes a login', async () => {
    const { session, clock, logins, broker } = sessionWith();
    await session.tokens();
    broker.refresh = () => Promise.resolve({ kind: 'session', reason: 'The refresh token has expired' });
    clock.time = MORNING + 5 * HOUR_MS;
    expect((await session.tokens()).jwt).toBe('jwt-2');
    expect(logins).toHaveLength(2);
  });

  it('asked for before midnight and answered after it is of the day before', async () => {
    const { session, clock, logins, broker } = sessionWith();
    clock.time = ist('2026-11-18', '18:00');
    await session.tokens();
    clock.time = ist('2026-11-18', '23:59:59');
    broker.refresh = () => {
      clock.time = ist('2026-11-19', '00:00:01');
      return Promise.resolve({ kind: 'done', value: { jwt: 'late', refresh: 'r', feed: 'f' } });
    };
    await session.tokens();
    expect((await session.tokens()).jwt).toBe('jwt-2');
    expect(logins).toHaveLength(2);
  });
});

describe('tokens that are called invalid', () => {
  it('as soon as they are there cost three logins, then one in minutes, and are told of once', async () => {
    const { session, clock, logins, troubles } = sessionWith();
    const complain = async () => session.invalidate(await session.tokens());
    for (let i = 0; i < 20; i += 1) await complain();
    expect(logins).toHaveLength(4);
    expect((await session.tokens()).jwt, 'what there is goes on being handed out').toBe('jwt-4');
    const from = clock.time;
    while (clock.time < from + HOUR_MS) {
      await complain();
      clock.time += 10_000;
    }
    expect(logins.length).toBeLessThan(4 + 30);
    expect(troubles).toEqual([expect.stringMatching(/another program .* end it/)]);
  });

  it('hours apart cost a login each', async () => {
    const { session, clock, logins, troubles } = sessionWith();
    for (let i = 0; i < 10; i += 1) {
      session.invalidate(await session.tokens());
      clock.time += HOUR_MS;
      await session.tokens();
      clock.time += 10 * MINUTE_MS;
    }
    expect(logins.length).toBeGreaterThanOrEqual(10);
    expect(troubles).toEqual([]);
  });
});

describe('a logout', () => {
  it('tells the broker, and what comes after begins with a login', async () => {
    const { session, logins, logouts } = sessionWith();
    await session.tokens();
    expect(await session.logout()).toEqual({ kind: 'done', value: null });
    expect(logouts).toEqual(['X1234']);
    expect(session.refreshTime).toBeUndefined();
    await session.tokens();
    expect(logins).toHaveLength(2);
  });

  it('waits for a login that is under way, and ends what it brought', async () => {
    const { session, logins, logouts } = sessionWith();
    const first = session.tokens();
    const ended = session.logout();
    expect((await first).jwt).toBe('jwt-1');
    await ended;
    expect([logins.length, logouts.length, session.refreshTime]).toEqual([1, 1, undefined]);
  });

  it('without a session, or with one that has died, logs nobody in', async () => {
    const { session, clock, logins, logouts, broker } = sessionWith();
    await session.logout();
    expect([logins, logouts]).toEqual([[], []]);
    const tokens = await session.tokens();
    broker.logout = async () => {
      // What the caller of the broker does when a token is called invalid.
      session.invalidate(tokens);
      return { kind: 'session', reason: await session.tokens().then(() => 'in', String) };
    };
    expect(await session.logout()).toEqual({ kind: 'session', reason: 'Error: The session has ended' });
    clock.time += MINUTE_MS;
    expect(logins).toHaveLength(1);
  });
});

it('gives up a login that waits for the next code when it is closed', async () => {
  const { session, clock, logins } = sessionWith(() => ({ kind: 'refused', code: 'AB1050', reason: 'Invalid totp' }));
  clock.sleepUntil = (time, signal) => {
    if (time <= clock.time) return Promise.resolve();
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  };
  const tokens = session.tokens();
  await expect.poll(() => logins.length).toBe(1);
  session.close();
  await expect(tokens).rejects.toThrow('The session was closed');
  expect(logins).toHaveLength(1);
});

describe('tokens at rest', () => {
  const key = Buffer.alloc(32, 7);
  const stored: StoredTokens = { tokens: { jwt: 'jwt-secret', refresh: 'refresh-secret', feed: 'f' }, time: MORNING };

  it('open under their key and client only, and not after a change', () => {
    const sealed = sealTokens(stored, key, 'X1234');
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret');
    expect(openTokens(sealed, key, 'X1234')).toEqual(stored);
    expect(openTokens(sealed, Buffer.alloc(32, 8), 'X1234')).toBeUndefined();
    expect(openTokens(sealed, key, 'X1235')).toBeUndefined();
    const bytes = Buffer.from(sealed, 'base64');
    for (const at of [0, 13, 40]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openTokens(changed.toString('base64'), key, 'X1234')).toBeUndefined();
    }
    expect(openTokens('', key, 'X1234')).toBeUndefined();
  });

  const storeOf = (text: { sealed?: string }): TokenStore => ({
    load: () => Promise.resolve(text.sealed === undefined ? undefined : openTokens(text.sealed, key, 'X1234')),
    save: (each) => {
      text.sealed = sealTokens(each, key, 'X1234');
      return Promise.resolve();
    },
    clear: () => {
      delete text.sealed;
      return Promise.resolve();
    },
  });

  it('spare the login of the next start on the same day, and only then', async () => {
    const kept: { sealed?: string } = {};
    const first = sessionWith(undefined, storeOf(kept));
    const tokens = await first.session.tokens();
    const second = sessionWith(undefined, storeOf(kept));
    second.clock.time = MORNING + 10 * MINUTE_MS;
    expect(await second.session.tokens()).toEqual(tokens);
    expect(second.logins).toEqual([]);
    const afternoon = sessionWith(undefined, storeOf(kept));
    afternoon.clock.time = MORNING + 6 * HOUR_MS;
    await afternoon.session.tokens();
    expect([afternoon.refreshes, afternoon.logins], 'old ones of today are refreshed').toEqual([[tokens.refresh], []]);
    const nextDay = sessionWith(undefined, storeOf(kept));
    nextDay.clock.time = ist('2026-11-19', '08:30');
    await nextDay.session.tokens();
    expect(nextDay.logins).toHaveLength(1);
    await nextDay.session.logout();
    expect(kept.sealed).toBeUndefined();
  });
});
