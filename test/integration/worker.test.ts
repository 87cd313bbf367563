import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { serversUnder, startWorker, stateFolder, underWay } from '../support/worker-process.ts';

const FAST = ['--speed', '1000000'];

describe('the worker on the bundled session', () => {
  it('replays it to the end, twice, with the same result, and leaves no server behind', {
    timeout: 120_000,
  }, async () => {
    const folder = stateFolder();
    const first = await startWorker(folder, FAST).ended;
    expect(first.code, first.stderr).toBe(0);
    const summary = JSON.parse(first.stdout);
    expect(Object.keys(summary)).toEqual(
      expect.arrayContaining(
        'candles signals denied orders fills trades grossPaise chargesPaise netPaise sessionHash wallMs'.split(' '),
      ),
    );
    expect(summary.signals).toBeGreaterThanOrEqual(20);
    expect(summary.fills).toBeGreaterThanOrEqual(20);
    expect(summary.netPaise).toBe(summary.grossPaise - summary.chargesPaise);
    expect(summary.isStopped).toBe(false);
    expect(serversUnder(folder)).toEqual([]);

    const second = JSON.parse((await startWorker(folder, FAST).ended).stdout);
    expect(second.sessionHash).toBe(summary.sessionHash);
  });

  it('stops cleanly within five seconds when asked to', { timeout: 60_000 }, async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const folder = stateFolder();
      const worker = startWorker(folder, ['--speed', '2000']);
      await underWay(worker);
      const askedAt = performance.now();
      worker.child.kill(signal);
      const { code, stdout, stderr } = await worker.ended;
      expect(performance.now() - askedAt, stderr).toBeLessThan(5_000);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).isStopped).toBe(true);
      expect(serversUnder(folder)).toEqual([]);
    }
  });

  it('lets one of two that start at once say why it can not run', { timeout: 120_000 }, async () => {
    const folder = stateFolder();
    const ends = await Promise.all([startWorker(folder, FAST).ended, startWorker(folder, FAST).ended]);
    const refused = ends.filter(({ code }) => code !== 0);
    expect(ends.some(({ code }) => code === 0)).toBe(true);
    for (const { code, stdout } of refused) {
      expect(code).toBe(1);
      expect(JSON.parse(stdout).error.message).toMatch(/Another worker \(pid \d+\)/);
    }
    expect(serversUnder(folder)).toEqual([]);
  });
});

describe('the worker whose npm is killed', () => {
  it('stops by itself, so that the next start finds the way free', { timeout: 90_000 }, async () => {
    const folder = stateFolder();
    const npm = spawn('npm', ['start', '--', '--json', '--speed', '1500'], {
      env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', SIGNALMAN_STATE: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const isTrading = new Promise<void>((resolve) => {
      npm.stderr.on('data', (chunk: Buffer) => chunk.includes('Bought') && resolve());
    });
    await isTrading;
    npm.kill('SIGKILL');
    const next = startWorker(folder);
    await underWay(next);
    next.child.kill('SIGTERM');
    const { code, stderr } = await next.ended;
    expect(code, stderr).toBe(0);
    expect(serversUnder(folder)).toEqual([]);
  });

  it('stops when the whole group is interrupted, as by Ctrl-C at a terminal', { timeout: 60_000 }, async () => {
    const folder = stateFolder();
    const npm = spawn('npm', ['start', '--', '--json', '--speed', '1500'], {
      env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', SIGNALMAN_STATE: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const ended = new Promise((resolve) => npm.on('close', resolve));
    await new Promise<void>((resolve) => {
      npm.stderr.on('data', (chunk: Buffer) => chunk.includes('Bought') && resolve());
    });
    process.kill(-(npm.pid ?? 0), 'SIGINT');
    await ended;
    expect(JSON.parse(stdout).isStopped).toBe(true);
    expect(serversUnder(folder)).toEqual([]);
  });
});

describe('the worker killed outright', () => {
  it('starts again after each of ten kills, strands no job and leaves no server', { timeout: 240_000 }, async () => {
    const folder = stateFolder();
    for (let kill = 0; kill < 10; kill += 1) {
      const worker = startWorker(folder, ['--speed', '6000']);
      await sleep(300 + ((kill * 7_919) % 3_300));
      worker.child.kill('SIGKILL');
      await worker.ended;
    }
    const { code, stdout, stderr } = await startWorker(folder, FAST).ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).fills).toBeGreaterThanOrEqual(20);
    expect(serversUnder(folder)).toEqual([]);

    const database = await openDatabase({ stateFolder: folder, schema: 'rehearsal', role: 'test' });
    try {
      const [row] = await database.sql<
        { stranded: number }[]
      >`select count(*)::int as stranded from job_outbox where queued_time is null`;
      expect(row?.stranded).toBe(0);
    } finally {
      await database.close();
    }
    expect(serversUnder(folder)).toEqual([]);
  });
});
