import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { acquireLease } from '../../src/db/lease.ts';
import { DatabaseProcess } from '../support/database-process.ts';
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
afterAll(() => opened.close());

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

  test('says when it is lost', async () => {
    const own = `${account}-own`;
    const lease = await acquireLease(opened.database, own, 'standby', 0);
    const name = `signalman standby ${process.pid}`;
    await opened.database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
    await expect.poll(() => lease.lost.aborted).toBe(true);
    await lease.release();
  });
});
