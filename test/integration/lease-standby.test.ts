import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, inject, type TestContext, test, vi } from 'vitest';
import { acquireLease, findLeaseHolder } from '../../src/db/lease.ts';
import { connectSql } from '../../src/db/sql.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';

const CHILD = fileURLToPath(new URL('lease-child.ts', import.meta.url));
const TAKE_OVER_MS = 15_000;

interface Proof {
  readonly isProven: boolean;
  readonly asked: number;
  readonly answered: number;
}

/** A process that holds the lease, or waits for it. */
class Worker {
  readonly events: Record<string, unknown>[] = [];
  readonly child: ChildProcess;

  constructor(account: string, { onTestFinished }: TestContext) {
    this.child = spawn(process.execPath, [CHILD, inject('databaseUrl'), account], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.events.push(JSON.parse(line)));
    }
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first event that has the name. */
  async says(name: string, timeoutMs = TAKE_OVER_MS): Promise<unknown> {
    const find = () => this.events.find((event) => name in event);
    await vi.waitUntil(find, { timeout: timeoutMs, interval: 20 }).catch(() => {
      throw new Error(`Expected process ${this.pid} to say "${name}", found ${JSON.stringify(this.events.slice(-3))}`);
    });
    return find()?.[name];
  }

  /** When it was told that it holds the lease. */
  get proofs(): readonly Proof[] {
    return this.events.filter((event): event is Record<string, unknown> & Proof => event.isProven === true);
  }

  get refusals(): number {
    return this.events.filter(({ isProven }) => isProven === false).length;
  }
}

let accounts = 0;

/** A holder that has proof, and a standby that knows of it. */
async function holderAndStandby(context: TestContext) {
  const { expect, onTestFinished } = context;
  accounts += 1;
  const account = `standby-${process.pid}-${accounts}`;
  const sql = connectSql(inject('databaseUrl'), { connections: 1 });
  onTestFinished(() => sql.end());
  const holder = new Worker(account, context);
  expect(await holder.says('epoch')).toBe(1);
  const standby = new Worker(account, context);
  expect(await standby.says('holder')).toBe(holder.pid);
  await holder.says('isProven');
  await holder.says('locked');
  return { account, sql, holder, standby };
}

const PATIENT = 60_000;

afterAll(async () => {
  const sql = connectSql(inject('databaseUrl'), { connections: 1 });
  await sql`delete from signalman_leases.leases where account like ${`standby-${process.pid}-%`}`;
  await sql.end();
});

describe.concurrent('a standby', () => {
  test('takes over from a holder that was killed', { timeout: PATIENT }, async (context) => {
    const { expect } = context;
    const { account, sql, holder, standby } = await holderAndStandby(context);
    expect(await findLeaseHolder({ sql }, account)).toMatchObject({ processId: holder.pid });
    holder.child.kill('SIGKILL');
    expect(await standby.says('epoch')).toBe(2);
    await standby.says('isProven');
    expect(await findLeaseHolder({ sql }, account)).toMatchObject({ processId: standby.pid });
  });

  test('takes over from a holder that was stopped, which can prove nothing when it wakes', {
    timeout: PATIENT,
  }, async (context) => {
    const { expect } = context;
    const { account, sql, holder, standby } = await holderAndStandby(context);
    holder.child.kill('SIGSTOP');
    expect(await standby.says('epoch')).toBe(2);
    await standby.says('isProven');
    const [row] = await sql`select pg_try_advisory_lock(hashtext(${`rows of ${account} 1`})) as free`;
    expect(row?.free, 'what its transaction had locked is free').toBe(true);
    holder.child.kill('SIGCONT');
    await holder.says('lost');
    await holder.says('ended');
    expect(holder.refusals).toBeGreaterThan(0);
    const lastOfOld = Math.max(...holder.proofs.map(({ answered }) => answered));
    const firstOfNew = Math.min(...standby.proofs.map(({ answered }) => answered));
    expect(lastOfOld, 'two holders never have proof at the same time').toBeLessThan(firstOfNew);
    const before = standby.proofs.length;
    await vi.waitUntil(() => standby.proofs.length > before, { timeout: 5_000 });
    expect(standby.refusals).toBe(0);
  });

  test('leaves a holder alone that was stopped for a moment', { timeout: PATIENT }, async (context) => {
    const { expect } = context;
    const { holder, standby } = await holderAndStandby(context);
    holder.child.kill('SIGSTOP');
    await sleep(5_000);
    holder.child.kill('SIGCONT');
    const woken = Date.now();
    await sleep(8_000);
    expect(holder.proofs.at(-1)?.asked).toBeGreaterThan(woken);
    expect(holder.refusals).toBe(0);
    expect(standby.events.map((event) => Object.keys(event)[0])).toEqual(['started', 'holder']);
  });

  test('gets nothing from a holder that hears no answer: it has given up by then', {
    timeout: PATIENT,
  }, async (context) => {
    const { expect, onTestFinished } = context;
    accounts += 1;
    const account = `standby-${process.pid}-${accounts}`;
    const proxy = await startSlowProxy(inject('databaseUrl'));
    onTestFinished(() => proxy.close());
    const away = Promise.withResolvers<void>();
    const lease = await acquireLease({ url: proxy.url }, account, 'worker', 0, { onAway: away.resolve });
    onTestFinished(() => lease.release());
    // Long enough to ask every second only.
    const waiting = acquireLease({ url: inject('databaseUrl') }, account, 'worker', Number.POSITIVE_INFINITY);
    await sleep(4_000);
    proxy.hold();
    const held = performance.now();
    await away.promise;
    expect(performance.now() - held, 'another may take over after ten seconds').toBeLessThan(10_000);
    expect(await lease.verify()).toBe(false);
    const next = await waiting;
    expect(performance.now() - held, 'who asks and hears nothing leaves room').toBeLessThan(20_000);
    expect(next.epoch).toBeGreaterThan(1);
    expect([await next.verify(), await lease.verify()]).toEqual([true, false]);
    proxy.letGo();
    await once(lease.lost, 'abort');
    expect([await next.verify(), await lease.verify()]).toEqual([true, false]);
    await next.release();
  });
});
