import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startWorker, stateFolder } from '../support/worker-process.ts';

const run = promisify(execFile);

it('shows the report of a played day, of which the worker itself says nothing', { timeout: 60_000 }, async () => {
  const folder = stateFolder();
  const worker = await startWorker(folder, ['--speed', '1000000']).ended;
  expect(worker.code, worker.stderr).toBe(0);
  expect(worker.stderr).not.toContain("Day's report");
  expect(worker.stderr).not.toContain('checklist');
  const { netPaise, fills } = JSON.parse(worker.stdout);
  const env = { ...process.env, DATABASE_URL: '', SIGNALMAN_STATE: folder };
  const schedule = (...args: string[]) =>
    run(process.execPath, ['src/main.ts', 'schedule', '--account', 'rehearsal', ...args], { env });
  const { stdout } = await schedule('--since', '2026-01-01', '--json');
  const { runs } = JSON.parse(stdout);
  expect(runs.map(({ job, status, level }: Record<string, string>) => `${job} ${status} ${level}`)).toEqual([
    'square-off NSE 15:15 DONE info',
    'square-off NFO 15:40 DONE info',
    'report DONE info',
  ]);
  expect(runs[2].facts.books).toMatchObject({ fills, trades: { netPaise }, openPositions: 0 });
  expect(runs[2].text.split('\n')[0]).toMatch(/^Day's report of 2026-11-18: net [+-]?₹/);
  await expect(schedule('--since', 'yesterday')).rejects.toMatchObject({
    stderr: expect.stringContaining('--since: expected a day (YYYY-MM-DD), found "yesterday"'),
  });
});
