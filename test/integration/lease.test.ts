import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { resetSchema } from '../../src/db/database.ts';
import { acquireLease } from '../../src/db/lease.ts';
import { DatabaseProcess } from '../support/database-process.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';
import { testStateFolder } from '../support/test-server.ts';

let opened: TestDatabase;
let holder: DatabaseProcess;
let account: string;
let accounts = 0;
beforeAll(async () => {
  opened = await testDatabase('worker');
});
beforeEach(async () => {
  accounts += 1;
  account = `account-${process.pid}-${accounts}`;
  holder = new DatabaseProcess(testStateFolder(), account, inject('databaseUrl'));
  await holder.ready();
});
afterEach(() => holder.kill());
afterAll(async () => {
  await opened.database.sql`delete from signalman_leases.leases where account like ${`account-${process.pid}-%`}`;
  await opened.close();
});

describe('the lease of an account', () => {
  test('is refused to a second worker, which is told who holds it', async () => {
    const message = `Another worker (pid ${holder.pid}) is already trading account "${account}"; stop it first or wait for it to end.`;
    await expect(acquireLease(opened.database, account, 'worker', 200)).rejects.toMatchObject({
      name: 'UnavailableError',
      message,
    });
  });

  test('goes to the next one when its holder is killed', async () => {
    const waiting = acquireLease(opened.database, account, 'worker', 5_000);
    await holder.kill();
    await (await waiting).release();
  });

  test('goes to the next one when its holder lets go', async () => {
    const waiting = acquireLease(opened.database, account, 'worker', 5_000);
    await holder.close();
    const lease = await waiting;
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
    expect(lease.lost.aborted, 'letting go is not losing').toBe(false);
  });

  test('leaves other accounts alone', async () => {
    const lease = await acquireLease(opened.database, `${account}-other`, 'worker', 0);
    await lease.release();
  });

  test('comes back with a higher epoch when its connection breaks, and proves nothing in between', async () => {
    const own = `${account}-own`;
    const away: boolean[] = [];
    const listener = { onAway: () => away.push(true), onBack: () => away.push(false) };
    const lease = await acquireLease(opened.database, own, 'standby', 0, listener);
    await endConnection('standby');
    await expect.poll(() => away).toEqual([true, false]);
    expect([lease.epoch, await lease.verify(), lease.lost.aborted]).toEqual([2, true, false]);
    const message = `Another worker (pid ${process.pid}) is already trading account "${own}"; stop it first or wait for it to end.`;
    await expect(acquireLease(opened.database, own, 'worker', 200)).rejects.toMatchObject({ message });
    await lease.release();
    const next = await acquireLease(opened.database, own, 'worker', 0);
    expect(next.epoch).toBe(3);
    await next.release();
  });

  test('says when it is lost: somebody else had it while its connection was broken', async () => {
    const own = `${account}-own`;
    const lease = await acquireLease(opened.database, own, 'standby', 0);
    const key = `${own} in between`;
    await opened.database.sql`update signalman_leases.leases set holder = ${key}, epoch = 2 where account = ${own}`;
    await endConnection('standby');
    await expect.poll(() => lease.lost.aborted).toBe(true);
    expect(await lease.verify()).toBe(false);
    const next = await acquireLease(opened.database, own, 'worker');
    expect(next.epoch, 'who has lost it lets the lock go').toBe(3);
    await next.release();
    await lease.release();
  });

  test('ends its own old session when the server has not noticed that nobody listens to it any more', async () => {
    const proxy = await startSlowProxy(opened.database.url);
    const own = `${account}-own`;
    const away: boolean[] = [];
    const listener = { onAway: () => away.push(true), onBack: () => away.push(false) };
    const lease = await acquireLease({ url: proxy.url }, own, 'torn', 0, listener);
    proxy.tear();
    await expect.poll(() => away, { timeout: 5_000 }).toEqual([true, false]);
    expect([lease.epoch, await lease.verify(), lease.lost.aborted]).toEqual([2, true, false]);
    await lease.release();
    await proxy.close();
  });

  test('has a higher epoch every time, and proves the newest only', async () => {
    const own = `${account}-own`;
    const first = await acquireLease(opened.database, own, 'worker', 0);
    expect([first.epoch, await first.verify()]).toEqual([1, true]);
    await first.release();
    expect(await first.verify(), 'released').toBe(false);
    const second = await acquireLease(opened.database, own, 'worker', 0);
    expect([second.epoch, await second.verify()]).toEqual([2, true]);
    const other = `${own} other`;
    await opened.database.sql`update signalman_leases.leases set epoch = 3, holder = ${other} where account = ${own}`;
    expect(await second.verify(), 'a later epoch was taken').toBe(false);
    await expect.poll(() => second.lost.aborted).toBe(true);
    const third = await acquireLease(opened.database, own, 'worker');
    expect(third.epoch, 'who has lost it lets the lock go').toBe(4);
    await third.release();
  });

  test('survives the schema of its account', async () => {
    const lease = await acquireLease(opened.database, `${account}-own`, 'worker', 0);
    await resetSchema(opened.database.sql, opened.schema);
    expect(await lease.verify()).toBe(true);
    await lease.release();
  });

  test('does not take an answer for proof that came while nobody listened', async () => {
    const proxy = await startSlowProxy(opened.database.url);
    const own = `${account}-own`;
    const lease = await acquireLease({ url: proxy.url }, own, 'sleeper', 0);
    expect(await lease.verify()).toBe(true);
    proxy.hold();
    const asked = lease.verify();
    await sleep(2_500);
    await endConnection('sleeper');
    const next = await acquireLease(opened.database, own, 'worker');
    proxy.letGo();
    expect(await asked).toBe(false);
    expect(await next.verify()).toBe(true);
    await Promise.all([next.release(), lease.release(), proxy.close()]);
  });
});

async function endConnection(role: string): Promise<void> {
  const name = `signalman ${role} ${process.pid}`;
  await opened.database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
}
