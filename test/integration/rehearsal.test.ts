import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { DayJson } from '../../src/worker/rehearsal/day-report.ts';
import { serversUnder, stateFolder } from '../support/worker-process.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A trading day of six hours and a quarter in 50 seconds. */
it('a day of 30 disconnects, 5 token expiries and 3 throttle storms loses and doubles nothing', {
  timeout: 240_000,
}, async () => {
  const folder = stateFolder();
  const { stdout } = await run(process.execPath, ['src/main.ts', 'rehearse', '--speed', '450', '--json'], {
    cwd: PROJECT,
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', LOG_LEVEL: 'error', SIGNALMAN_STATE: folder },
    timeout: 220_000,
  });
  const day: DayJson = JSON.parse(stdout);
  expect(day).toMatchObject({
    ...{ disconnects: 30, expiries: 5, storms: 3 },
    ...{ candleDifferences: [], orderDifferences: [], overruns: [], mishaps: [], isSound: true },
  });
  expect(day.logins, 'at least one for most expiries').toBeGreaterThan(3);
  expect(day.backfilled, 'the stream missed something').toBeGreaterThan(50);
  expect(day.orders).toBeGreaterThan(20);
  expect(day.fills).toBeGreaterThan(10);
  expect(serversUnder(folder)).toEqual([]);
});
