import { expect, it } from 'vitest';
import { LOGIN_COMMAND } from '../../../../../src/alerts/telegram/control/login-command.ts';
import type { LoginDesk, SessionStanding } from '../../../../../src/ports/login-desk.ts';
import type { Outcome } from '../../../../../src/ports/outcome.ts';
import { buildDesk, textOf } from '../../../../support/build-desk.ts';
import { ist } from '../../../../support/fixed-calendar.ts';

const TOKEN = 'a-token-that-nobody-may-see';

function login(standing: SessionStanding, takeToken: LoginDesk['takeToken'] = null): LoginDesk {
  return { broker: 'Angel One', needs: 'it logs in by itself', standing: () => standing, takeToken };
}

async function ask(desk: LoginDesk | null, ...args: readonly string[]): Promise<string> {
  const reply = await LOGIN_COMMAND.run(args, buildDesk({ login: desk }));
  expect(JSON.stringify(reply), 'a token is repeated nowhere').not.toContain(TOKEN);
  return textOf(reply);
}

it.each([
  [
    { kind: 'open', since: ist('2026-11-17', '08:30:12') + 345 },
    'Angel One: there is a session, its tokens are of 2026-11-17 08:30:12',
  ],
  [{ kind: 'none' }, 'Angel One: there is no session now'],
  [
    { kind: 'halted', reason: 'Angel One refused the login: Invalid MPIN (AB1007)' },
    'Angel One: there is no session, and none is tried until the worker is started again: Angel One refused the login: Invalid MPIN (AB1007)',
  ],
] as const)('says how the session stands and what it needs: %o', async (standing, words) => {
  expect(await ask(login(standing))).toBe(`Login\n${words}\nit logs in by itself`);
});

it('says that nobody has to log in without a broker account', async () => {
  expect(await ask(null)).toMatch(/^Login\nno broker account is configured: .* nobody has to log in$/);
  expect(await ask(null, TOKEN)).toBe('misread: no broker account is configured, so no token is taken');
});

it('takes no token where the broker needs none', async () => {
  expect(await ask(login({ kind: 'none' }), TOKEN)).toBe('misread: Angel One takes no token: it logs in by itself');
});

it('hands a token on where the broker needs one, and says how the session stands then', async () => {
  const taken: string[] = [];
  const answers: Outcome<null>[] = [
    { kind: 'refused', code: 'T1', reason: 'it is of yesterday' },
    { kind: 'throttled', retryAfterMs: 1_000 },
    { kind: 'done', value: null },
  ];
  const take = async (token: string): Promise<Outcome<null>> => {
    taken.push(token);
    return answers.shift() ?? { kind: 'unknown', reason: 'there is no more' };
  };
  const desk = login({ kind: 'none' }, take);
  expect(await ask(desk, TOKEN, 'more')).toBe('misread: expected one token and nothing behind it');
  expect(await ask(desk, TOKEN)).toBe('misread: Angel One has not taken the token: it is of yesterday');
  expect(await ask(desk, TOKEN)).toContain('try again in a minute');
  expect(await ask(desk, TOKEN)).toMatch(/^Login\n/);
  expect(taken).toEqual([TOKEN, TOKEN, TOKEN]);
});
