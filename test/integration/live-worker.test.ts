import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { serversUnder, startWorker, stateFolder } from '../support/worker-process.ts';

interface Simulator {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Four digits, which alone stand in many a number. */
  readonly mpin: string;
}

/** The simulated broker as a person would start it, with made-up prices by the time of day. */
async function startSimulator(): Promise<Simulator> {
  const child = spawn(process.execPath, ['src/main.ts', 'simulate', 'angel-one', '--json'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { endpoints, credentials } = JSON.parse(line);
  const { clientCode, mpin, totpSecret, apiKey } = credentials;
  const key = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
  return {
    env: {
      ANGEL_CLIENT_CODE: clientCode,
      ANGEL_MPIN: mpin,
      ANGEL_TOTP_SECRET: totpSecret,
      ANGEL_API_KEY: apiKey,
      ANGEL_SIMULATOR_URL: endpoints.rest,
      SIGNALMAN_KEY: key,
      LOG_LEVEL: 'trace',
    },
    secrets: [totpSecret, apiKey, key],
    mpin,
  };
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('takes live prices with an account, stops when asked to, and tells no secret anywhere', {
  timeout: 60_000,
}, async () => {
  const { env, secrets, mpin } = await startSimulator();
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
  const { env } = await startSimulator();
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
