import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { AngelOneAccess } from '../../../../src/config/env.ts';
import { loadMarketCalendar } from '../../../../src/config/load-market-calendar.ts';
import type { Outcome } from '../../../../src/ports/outcome.ts';
import { type BrokerProbes, brokerChecks } from '../../../../src/worker/doctor/broker-checks.ts';
import { type Check, type Finding, ok, runChecks } from '../../../../src/worker/doctor/check.ts';
import { clockCheck, diskCheck, nodeCheck } from '../../../../src/worker/doctor/machine-checks.ts';
import { calendarCheck, credentialsCheck, totpCheck } from '../../../../src/worker/doctor/setup-checks.ts';
import { databaseCheck, queueCheck } from '../../../../src/worker/doctor/store-checks.ts';
import { storedListCheck } from '../../../../src/worker/doctor/stored-list-check.ts';
import { fixedCalendar, ist } from '../../../support/fixed-calendar.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { testDatabase } from '../../../support/test-database.ts';
import { testStateFolder } from '../../../support/test-server.ts';

const GIB = 2 ** 30;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const ACCESS: AngelOneAccess = { clientCode: 'X1234', mpin: '4321', totpSecret: SECRET, apiKey: 'q1w2e3r4' };

const look = (check: Check): Promise<Finding> => check.run(new AbortController().signal);

/** Tells the time that the test says, or none. */
async function timeServer(date: () => Date | null): Promise<string> {
  const server = createServer((_, response) => {
    response.sendDate = false;
    const time = date();
    if (time !== null) response.setHeader('date', time.toUTCString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

describe('the checks', () => {
  test('run side by side: one that hangs or breaks takes no other with it', async () => {
    let isGivenUp = false;
    const hang: Check = {
      name: 'hangs',
      run: (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            isGivenUp = true;
            reject(new Error('given up'));
          }),
        ),
    };
    const broken: Check = { name: 'breaks', run: () => Promise.reject(new Error('first line\nsecond line')) };
    const found = await runChecks([hang, broken, { name: 'works', run: async () => ok('all well') }], 50);
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['hangs', 'fail'],
      ['breaks', 'fail'],
      ['works', 'ok'],
    ]);
    expect(found[0]?.found).toBe('no answer within 0.05 s');
    expect(found[1]?.found).toBe('first line; second line');
    expect(isGivenUp).toBe(true);
  });
});

describe('the machine', () => {
  test.each([
    ['24.21.0', 'ok'],
    ['26.0.1', 'warn'],
    ['22.11.0', 'fail'],
  ])('with Node %s is %s', async (version, status) => {
    expect((await look(nodeCheck(version))).status).toBe(status);
  });

  test.each([
    [10 * GIB, 'ok'],
    [GIB, 'warn'],
    [GIB / 10, 'fail'],
  ])('with %d bytes of disk left is %s', async (free, status) => {
    expect((await look(diskCheck('/somewhere', async () => free))).status).toBe(status);
  });

  test('is asked for the disk of a folder that is yet to be made', async () => {
    expect((await look(diskCheck(join(tempFolder(), 'not', 'yet')))).found).toMatch(
      /^\d+\.\d GiB free under .*not.yet$/,
    );
  });

  test.each([
    [0, 'ok', /^0\.\d s (ahead of|behind) 127/],
    [-5_000, 'warn', /^[45]\.\d s ahead of 127/],
    [60_000, 'fail', /^(59|60)\.\d s behind 127/],
  ])('whose clock differs by %d ms from the server is %s', async (ms, status, found) => {
    const finding = await look(clockCheck(await timeServer(() => new Date(Date.now() + ms))));
    expect(finding).toMatchObject({ status, found: expect.stringMatching(found) });
    expect(finding.todo === null).toBe(status === 'ok');
  });

  test('is not blamed when nobody tells the time', async () => {
    const silent = await look(clockCheck(await timeServer(() => null)));
    expect(silent).toMatchObject({ status: 'warn', found: expect.stringContaining('(no Date header)') });
    const closed = await look(clockCheck('http://127.0.0.1:1/'));
    expect(closed).toMatchObject({ status: 'warn', found: expect.stringContaining('did not tell the time') });
  });
});

describe('the set-up', () => {
  test('of credentials in the right shape is fine, and none is shown', async () => {
    const finding = await look(credentialsCheck(ACCESS));
    expect(finding.status).toBe('ok');
    for (const secret of Object.values(ACCESS)) expect(JSON.stringify(finding)).not.toContain(secret);
  });

  test.each<[Partial<AngelOneAccess>, string]>([
    [{ mpin: 'hunter2!' }, 'the MPIN has 4 digits'],
    [{ totpSecret: 'JBSWY3DP-0189' }, 'the TOTP secret is base-32'],
    [{ clientCode: 'x 1234?' }, 'the client code is letters and digits'],
    [{ apiKey: 'q1 w2' }, 'the API key has no spaces'],
  ])('with %o is not, and the value is not shown', async (changes, words) => {
    const finding = await look(credentialsCheck({ ...ACCESS, ...changes }));
    expect(finding).toMatchObject({ status: 'fail', found: expect.stringContaining(words) });
    for (const value of Object.values(changes)) expect(JSON.stringify(finding)).not.toContain(value);
  });

  test('without an account is one for paper', async () => {
    expect(await look(credentialsCheck(null))).toMatchObject({ status: 'warn' });
  });

  test('of TOTP tells the seconds left, never a code or the secret', async () => {
    const finding = await look(totpCheck(ACCESS, () => 1_000_000_007_500));
    expect(finding).toEqual(ok('a secret of 20 bytes; the code now is good for 13 s more'));
    expect((await look(totpCheck({ ...ACCESS, totpSecret: 'JBSWY3DP' }))).status).toBe('warn');
    expect((await look(totpCheck({ ...ACCESS, totpSecret: '0000' }))).status).toBe('fail');
  });

  test.each([
    ['2026-03-02', 'ok'],
    ['2026-12-15', 'warn'],
    ['2027-06-01', 'fail'],
  ])('of the calendar on %s is %s', async (day, status) => {
    const finding = await look(
      calendarCheck(
        async () => loadMarketCalendar(),
        () => ist(day, '10:00'),
      ),
    );
    expect(finding.status).toBe(status);
    expect(finding.found).toContain(status === 'fail' ? 'shares not known' : 'shares through 2026-12-31');
  });
});

describe('the stores', () => {
  const places = () => ({ databaseUrl: inject('databaseUrl'), redisUrl: null, stateFolder: testStateFolder() });

  test('that are there are named with what they hold', async () => {
    const [database, queue] = await runChecks([databaseCheck(places()), queueCheck(places())], 30_000);
    expect(database).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^PostgreSQL 18\.\d .*migrations up to/),
    });
    expect(queue).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^a job was added in .* in the database$/),
    });
  });

  test('have an instrument list of some day, or none yet', async () => {
    const { database, close } = await testDatabase('doctor');
    onTestFinished(close);
    const { sql } = database;
    const now = ist('2026-11-17', '10:00');
    const open = async () => ({ sql, close: async () => {} });
    const ask = () =>
      look(
        storedListCheck(
          open,
          async () => fixedCalendar,
          () => now,
        ),
      );
    expect(await ask()).toMatchObject({ status: 'warn', todo: expect.stringContaining('instruments import') });
    const store = (listTime: number) => sql`
      insert into instrument_imports (broker, source, list_time, imported_time, rows, listed, added, moved, vanished, refused)
      values ('angel-one', 'a file', ${listTime}, ${listTime}, 130000, 120000, 0, 0, 0, '{}')`;
    await store(ist('2026-11-13', '08:00'));
    expect(await ask()).toMatchObject({
      status: 'warn',
      found: expect.stringMatching(
        /^the stored instrument list was got 2026-11-13T08:00:00.*120000 .*not traded from it/,
      ),
    });
    await store(ist('2026-11-17', '08:00'));
    expect(await ask()).toMatchObject({ status: 'ok' });
  });

  test('that are not say so without a password', async () => {
    const gone = { databaseUrl: 'postgres://trader:s3cret-word@127.0.0.1:1/books', redisUrl: null, stateFolder: '.' };
    const redis = { ...places(), redisUrl: 'redis://:s3cret-word@127.0.0.1:1' };
    const found = await runChecks([databaseCheck(gone), queueCheck(gone), queueCheck(redis)], 30_000);
    expect(found.map(({ status }) => status)).toEqual(['fail', 'fail', 'fail']);
    expect(found[0]?.found).toContain('No database at 127.0.0.1:1');
    expect(JSON.stringify(found)).not.toContain('s3cret-word');
  });
});

describe('the broker', () => {
  const NOW = ist('2026-11-17', '10:00');
  function probes(changes: Partial<BrokerProbes> = {}): BrokerProbes {
    return {
      session: async () => ({ how: 'kept', isKept: true, exchanges: ['NSE', 'NFO'] }),
      stream: async () => ({ instrument: 'Nifty 50', heardAfterMs: 120, priceAfterMs: 40 }),
      master: async () => ({ time: NOW - 3_600_000, bytes: 42_000_000 }),
      cancelNothing: async () => ({ kind: 'refused', code: 'AB1013', reason: 'The order was not found' }),
      close: async () => {},
      ...changes,
    };
  }
  const ask = (changes: Partial<BrokerProbes> = {}, checkIp = true, now = NOW) =>
    runChecks(brokerChecks(probes(changes), { checkIp, calendar: fixedCalendar, now: () => now }), 1_000);

  test('that answers everything is fine', async () => {
    const found = await ask();
    expect(found.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'session ok',
      'stream ok',
      'instruments ok',
      'address ok',
    ]);
  });

  test('gets no order write unless it is asked for', async () => {
    let writes = 0;
    const cancelNothing = async (): Promise<Outcome<unknown>> => {
      writes += 1;
      return { kind: 'done', value: null };
    };
    expect(await ask({ cancelNothing }, false)).toHaveLength(3);
    expect(writes).toBe(0);
  });

  test.each<[Outcome<unknown>, string]>([
    [{ kind: 'refused', code: 'AG7002', reason: 'Unregistered IP' }, 'fail'],
    [{ kind: 'refused', code: 'AG8004', reason: 'The API key is wrong' }, 'fail'],
    [{ kind: 'refused', code: 'AB1006', reason: 'The client is blocked' }, 'fail'],
    [{ kind: 'refused', code: 'AB1013', reason: 'Order not found' }, 'ok'],
    [{ kind: 'refused', code: 'XX1', reason: 'Something new' }, 'warn'],
    [{ kind: 'session', reason: 'no login' }, 'fail'],
    [{ kind: 'throttled', retryAfterMs: 1_000 }, 'warn'],
    [{ kind: 'unknown', reason: 'time-out' }, 'warn'],
    [{ kind: 'done', value: null }, 'ok'],
  ])('whose answer to a cancel is %o makes the address %s', async (outcome, status) => {
    const found = await ask({ cancelNothing: async () => outcome });
    expect(found[3]).toMatchObject({ name: 'address', status });
  });

  test('with a slow stream, or an account that trades nowhere, is told so', async () => {
    const found = await ask({
      stream: async () => ({ instrument: 'Nifty 50', heardAfterMs: 9_000, priceAfterMs: 1 }),
      session: async () => ({ how: 'login', isKept: false, exchanges: [] }),
    });
    expect(found.map(({ status }) => status)).toEqual(['warn', 'warn', 'ok', 'ok']);
  });

  test('that refuses the login is not asked what needs one, and the rest is looked at', async () => {
    let asked = 0;
    const found = await ask({
      session: () => Promise.reject(new Error('Client code or MPIN is wrong: check ANGEL_MPIN')),
      stream: async () => {
        asked += 1;
        return { instrument: 'Nifty 50', heardAfterMs: 1, priceAfterMs: 1 };
      },
    });
    expect(found.map(({ status }) => status)).toEqual(['fail', 'fail', 'ok', 'fail']);
    expect(found[0]?.found).toContain('check ANGEL_MPIN');
    expect(found[1]?.todo).toBe('Look at the check of the session first.');
    expect(asked).toBe(0);
  });

  test.each([
    ['10:00', 'warn', /though the market is open/],
    ['18:00', 'ok', /the market is closed/],
  ])('without a price at %s is %s', async (clock, status, words) => {
    const stream = async () => ({ instrument: 'Nifty 50', heardAfterMs: 10, priceAfterMs: null });
    const found = await ask({ stream }, false, ist('2026-11-17', clock));
    expect(found[1]).toMatchObject({ status, found: expect.stringMatching(words) });
  });

  test.each([
    ['2026-11-17', 'ok', null],
    ['2026-11-16', 'warn', /before the market opens\.$/],
    ['2026-11-13', 'fail', /none of them is traded from it/],
  ])('whose list is of %s on a Tuesday is %s', async (day, status, todo) => {
    const found = await ask({ master: async () => ({ time: ist(day, '08:00'), bytes: undefined }) });
    expect(found[2]).toMatchObject({ name: 'instruments', status });
    if (todo) expect(found[2]?.todo).toMatch(todo);
  });
});
