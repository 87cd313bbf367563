import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { simulatedAccount } from '../support/simulated-account.ts';
import { startWorker, stateFolder, type WorkerProcess } from '../support/worker-process.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

function signalman(folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  return run(process.execPath, ['src/main.ts', ...args], {
    cwd: PROJECT,
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...env, LOG_LEVEL: 'warn', SIGNALMAN_STATE: folder },
  });
}

function connected({ child }: WorkerProcess): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => chunk.includes('"connected"') && resolve());
  });
}

async function switchesIn(folder: string): Promise<unknown> {
  const database = await openDatabase({ stateFolder: folder, schema: 'paper_paper', role: 'test' });
  try {
    const [row] = await database.sql`select value from settings where name = 'switches'`;
    return row?.value;
  } finally {
    await database.close();
  }
}

it('a command reaches the running worker, outlives it, and waits for the next one', { timeout: 90_000 }, async () => {
  const { env } = await simulatedAccount();
  const folder = stateFolder();
  const first = startWorker(folder, [], env);
  await connected(first);
  const halted = await signalman(folder, env, 'halt', '--json');
  expect(JSON.parse(halted.stdout)).toMatchObject({ state: 'applied' });
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  expect(await switchesIn(folder)).toMatchObject({ isPaused: true, isKilled: false });

  const waiting = await signalman(folder, env, 'kill', '--json');
  expect(JSON.parse(waiting.stdout)).toMatchObject({ state: 'waiting' });
  const second = startWorker(folder, [], env);
  await connected(second);
  expect(await switchesIn(folder), 'the halt is still on, the kill has come to it').toMatchObject({
    ...{ isPaused: true, isKilled: true },
  });
  const resumed = await signalman(folder, env, 'resume');
  expect(resumed.stdout + resumed.stderr).toMatch(/applied in \d+(\.\d+)? s: entries are allowed/);
  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
});
