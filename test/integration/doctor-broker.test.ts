import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AngelOneAccess, type Env, readEnv } from '../../src/config/env.ts';
import { openAngelOneProbes } from '../../src/worker/doctor/angel-one-probes.ts';
import { brokerChecks } from '../../src/worker/doctor/broker-checks.ts';
import { type Diagnosis, runChecks } from '../../src/worker/doctor/check.ts';
import { clockCheck } from '../../src/worker/doctor/machine-checks.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { type DeskSetup, NIFTY, openTestDesk } from '../support/angel-one-simulator.ts';
import { fixedCalendar, ist } from '../support/fixed-calendar.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
/** A Sunday: a stream without a price is no fault then. */
const CLOSED = ist('2026-11-22', '12:00');

async function simulated(setup: DeskSetup = {}) {
  const desk = await openTestDesk({ isLoggedIn: false, ...setup });
  await desk.market.print(desk.market.listing(NIFTY.id), 26_000);
  return desk;
}

function environment(url: string, changes: Partial<AngelOneAccess> = {}, more: Record<string, string> = {}) {
  const access = { ...TEST_ACCOUNT, ...changes };
  const env: Env = readEnv(
    {
      ...{ ANGEL_CLIENT_CODE: access.clientCode, ANGEL_MPIN: access.mpin, ANGEL_TOTP_SECRET: access.totpSecret },
      ...{ ANGEL_API_KEY: access.apiKey, ANGEL_SIMULATOR_URL: url, SIGNALMAN_STATE: tempFolder(), ...more },
    },
    '',
  );
  if (env.angelOne === null) throw new Error('Expected an account');
  return { env, access: env.angelOne };
}

async function ask(
  { env, access }: ReturnType<typeof environment>,
  { checkIp = true, now = CLOSED }: { checkIp?: boolean; now?: number } = {},
): Promise<readonly Diagnosis[]> {
  const opened = await openAngelOneProbes(env, access);
  try {
    const checks = brokerChecks(opened, { checkIp, calendar: fixedCalendar, now: () => now });
    return await runChecks(checks, 10_000);
  } finally {
    await opened.close();
  }
}

const statuses = (found: readonly Diagnosis[]) => Object.fromEntries(found.map(({ name, status }) => [name, status]));

describe('the doctor asks the simulated broker', () => {
  it('and all is well', async () => {
    const { simulator } = await simulated();
    const found = await ask(environment(simulator.url));
    expect(statuses(found)).toEqual({ session: 'ok', stream: 'ok', instruments: 'ok', address: 'ok' });
    expect(found[0]?.found).toBe(
      'logged in; the account trades NSE, NFO; with SIGNALMAN_KEY in .env the worker would take this session over',
    );
    expect(found[1]?.found).toMatch(/^connected in \d+ ms, first price of Nifty 50 \d+ ms later$/);
    expect(found[2]?.found).toMatch(/^the broker's instrument list is there/);
    expect(found[3]?.found).toMatch(/^orders from this address are let in \(the answer was AB1\d\d\d\)$/);
    const { calls } = simulator.ledger.report();
    expect(JSON.stringify(calls)).not.toContain('placeOrder');
  });

  it('with the session that is kept, when there is one, and leaves it in place', async () => {
    const { simulator } = await simulated();
    const where = environment(simulator.url, {}, { SIGNALMAN_KEY: KEY });
    await ask(where);
    const again = await ask(where);
    expect(again[0]?.found).toBe("today's session is kept and good; the account trades NSE, NFO");
    simulator.accounts.expire(TEST_ACCOUNT.clientCode);
    expect((await ask(where))[0]).toMatchObject({ status: 'ok', found: expect.stringMatching(/^logged in/) });
  });

  it('from an address that is not registered: the session is fine, orders are not', async () => {
    const { simulator } = await simulated({ account: { registeredIps: ['203.0.113.9'] } });
    const found = await ask(environment(simulator.url));
    expect(statuses(found)).toEqual({ session: 'ok', stream: 'ok', instruments: 'ok', address: 'fail' });
    expect(found[3]).toMatchObject({
      found: expect.stringContaining('AG7002'),
      todo: expect.stringContaining('Register the public IP of this machine'),
    });
    expect(statuses(await ask(environment(simulator.url), { checkIp: false }))).not.toHaveProperty('address');
  });

  it.each([
    ['a wrong MPIN', { mpin: '9999' }, /AB1007.*ANGEL_CLIENT_CODE and ANGEL_MPIN/],
    ['an unknown client', { clientCode: 'X9999' }, /ANGEL_CLIENT_CODE/],
    ['a wrong API key', { apiKey: 'another-key' }, /check ANGEL_API_KEY \(AG8004\)|ANGEL_API_KEY.*AG8004/],
  ])('with %s: one clear line, and no retry', async (_, changes, words) => {
    const { simulator } = await simulated();
    const where = environment(simulator.url, changes);
    const found = await ask(where);
    expect(statuses(found)).toEqual({ session: 'fail', stream: 'fail', instruments: 'ok', address: 'fail' });
    expect(found[0]?.found).toMatch(words);
    expect(found[0]?.found).not.toContain('\n');
    const logins = Object.values(simulator.ledger.report().calls.login ?? {});
    expect(logins, 'one login').toEqual([1]);
    for (const secret of [where.access.mpin, where.access.totpSecret, where.access.apiKey]) {
      expect(JSON.stringify(found)).not.toContain(secret);
    }
  });

  it('over streams that refuse, fall silent or have nothing to say', async () => {
    const { simulator } = await simulated();
    const where = environment(simulator.url, {}, { SIGNALMAN_KEY: KEY });
    simulator.arm({ kind: 'stream-refuse', stream: 'market', status: 429, count: 1 });
    expect((await ask(where))[1]).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('the broker answered 429'),
      todo: expect.stringContaining('when 429 at other programs'),
    });
    const lift = simulator.streamFaults.swallow({ stream: 'market' });
    const [closed, open] = await Promise.all([ask(where), ask(where, { now: ist('2026-11-17', '10:00') })]);
    lift();
    expect(closed[1]).toMatchObject({ status: 'ok', found: expect.stringContaining('the market is closed') });
    expect(open[1]).toMatchObject({ status: 'warn', found: expect.stringContaining('though the market is open') });
  });

  it.each(['half-open', 'html', 'gateway', 'throttle', 'drop-before', 'cut-answer'] as const)(
    'over calls that end in %s: told, not hung',
    async (kind) => {
      const { simulator } = await simulated();
      simulator.arm({ kind, on: ['profile'] });
      const opened = await openAngelOneProbes(...both(environment(simulator.url)));
      onTestFinished(() => opened.close());
      const checks = brokerChecks(opened, { checkIp: false, calendar: fixedCalendar, now: () => CLOSED });
      const found = await runChecks(
        checks.map((check) => ({ ...check, patienceMs: 0 })),
        2_000,
      );
      expect(statuses(found)).toEqual({ session: 'fail', stream: 'fail', instruments: 'ok' });
      expect(found[0]?.found).not.toMatch(/[<>{}]/);
    },
  );

  it('whose instrument list says of when it is', async () => {
    const server = createServer((request, response) => {
      response.setHeader('last-modified', new Date(CLOSED - 3 * 86_400_000).toUTCString());
      response.setHeader('content-length', request.method === 'HEAD' ? 42_000_000 : 0);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { env, access } = environment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const probes = await openAngelOneProbes(env, access);
    onTestFinished(() => probes.close());
    expect(await probes.master(new AbortController().signal)).toEqual({
      time: CLOSED - 3 * 86_400_000,
      bytes: 42_000_000,
    });
  });

  it.each([
    [0, 'ok', null],
    [6_000, 'warn', /^Set this clock/],
    [-45_000, 'fail', /^One-time passwords are refused that far off\. Set this clock/],
  ])('whose clock is %d ms off', async (skewMs, status, todo) => {
    const { simulator } = await simulated();
    await fetch(`${simulator.control}/skew`, { method: 'POST', body: JSON.stringify({ ms: skewMs }) });
    const finding = await clockCheck(simulator.url).run(new AbortController().signal);
    expect(finding.status).toBe(status);
    if (todo) expect(finding.todo).toMatch(todo);
  });
});

function both({ env, access }: ReturnType<typeof environment>): [Env, AngelOneAccess] {
  return [env, access];
}
