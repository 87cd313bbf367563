import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { simulatedAccount } from '../support/simulated-account.ts';
import { serversUnder, startWorker, stateFolder } from '../support/worker-process.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('takes live prices with an account, stops when asked to, and tells no secret anywhere', {
  timeout: 60_000,
}, async () => {
  const { env, secrets, mpin } = await simulatedAccount();
  const folder = stateFolder();
  const worker = startWorker(folder, [], env);
  const isConnected = new Promise<void>((resolve) => {
    worker.child.stderr?.on('data', (chunk: Buffer) => chunk.includes('"connected"') && resolve());
  });
  await isConnected;
  worker.child.kill('SIGINT');
  const { code, stdout, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).isStopped).toBe(true);
  expect(serversUnder(folder)).toEqual([]);
  const files = filesUnder(folder);
  expect(
    files.some((file) => file.includes('angel-one-session-')),
    'the day has its tokens',
  ).toBe(true);
  const everything = [stdout, stderr, ...files.map((file) => readFileSync(file, 'latin1'))];
  for (const secret of [...secrets, 'eyJ']) {
    expect(
      everything.filter((text) => text.includes(secret)),
      `no trace of ${secret.slice(0, 3)}…`,
    ).toEqual([]);
  }
  const asPin = new RegExp(`"${mpin}"|(mpin|password|pin)\\W{0,6}${mpin}`, 'i');
  expect(everything.filter((text) => asPin.test(text))).toEqual([]);
});

it('says in one line what is wrong with an account, keeps it as an alert, and stops', { timeout: 60_000 }, async () => {
  const { env } = await simulatedAccount();
  const folder = stateFolder();
  const { code, stdout } = await startWorker(folder, [], { ...env, ANGEL_MPIN: '0000' }).ended;
  expect(code).toBe(1);
  expect(JSON.parse(stdout).error.message).toMatch(/^Angel One refused the login: .*ANGEL_MPIN/);
  const database = await openDatabase({ stateFolder: folder, schema: 'paper_paper', role: 'test' });
  try {
    const alerts = await database.sql`select level, text, sent_time from alerts`;
    expect(alerts).toEqual([
      {
        level: 'critical',
        text: expect.stringMatching(/^Trading could not begin: Angel One refused the login: .*ANGEL_MPIN/),
        sent_time: expect.anything(),
      },
    ]);
  } finally {
    await database.close();
  }
});
