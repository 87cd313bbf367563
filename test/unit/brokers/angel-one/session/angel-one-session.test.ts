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

  sleepUntil(time: number): Promise<void> {
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
  const halts: string[] = [];
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
      return Promise.resolve({ kind: 'done', value: fresh() });
    },
    logout: () => Promise.resolve({ kind: 'done', value: null }),
  };
  const session = new AngelOneSession({
    ...{ credentials: CREDENTIALS, calls, clock, onHalt: (reason: string) => halts.push(reason) },
    ...(store ? { store } : {}),
  });
  return { session, clock, logins, refreshes, halts };
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
    const nextDay = sessionWith(undefined, storeOf(kept));
    nextDay.clock.time = ist('2026-11-19', '08:30');
    await nextDay.session.tokens();
    expect(nextDay.logins).toHaveLength(1);
    await nextDay.session.logout();
    expect(kept.sealed).toBeUndefined();
  });
});
