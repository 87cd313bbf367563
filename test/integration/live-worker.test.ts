import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { simulatedAccount } from '../support/simulated-account.ts';
import { type OnFinished, tempFolder } from '../support/temp-folder.ts';
import { serversUnder, startWorker, stateFolder } from '../support/worker-process.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it.concurrent('takes live prices with an account, stops when asked to, and tells no secret anywhere', {
  timeout: 60_000,
}, async ({ expect, onTestFinished }) => {
  const { env, secrets, mpin } = await simulatedAccount(onTestFinished);
  const folder = stateFolder(onTestFinished);
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

it.concurrent('says in one line what is wrong with an account, keeps it as an alert, and stops', {
  timeout: 60_000,
}, async ({ expect, onTestFinished }) => {
  const { env } = await simulatedAccount(onTestFinished);
  const folder = stateFolder(onTestFinished);
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

/** The bundled bot at Angel One. */
function liveBot(onFinished: OnFinished): string {
  const path = join(tempFolder(onFinished), 'bot.config.ts');
  const bundled = readFileSync('bot.config.ts', 'utf8');
  const text = bundled
    .replace("'./src/config/define-bot.ts'", JSON.stringify(resolve('src/config/define-bot.ts')))
    .replace("broker: 'paper'", "broker: 'angel-one'")
    .replaceAll("'backtest-data/", `'${resolve('backtest-data')}/`);
  writeFileSync(path, text);
  return path;
}

it.concurrent('sends orders to a simulator only, when it is told to trade', { timeout: 60_000 }, async ({
  expect,
  onTestFinished,
}) => {
  const { env } = await simulatedAccount(onTestFinished);
  const live = { ...env, TRADING_MODE: 'live', SIGNALMAN_CONFIG: liveBot(onTestFinished) };
  const refused = await startWorker(stateFolder(onTestFinished), [], { ...live, ANGEL_SIMULATOR_URL: '' }).ended;
  expect(refused.code).toBe(2);
  expect(JSON.parse(refused.stdout).error.message).toMatch(/^TRADING_MODE: expected .* found "live"/);
  const folder = stateFolder(onTestFinished);
  for (const outcome of ['SIGKILL', 'SIGTERM'] as const) {
    const worker = startWorker(folder, [], live);
    await new Promise<void>((resolved) => {
      worker.child.stderr?.on('data', (chunk: Buffer) => chunk.includes('"connected"') && resolved());
    });
    worker.child.kill(outcome);
    const { code, stderr } = await worker.ended;
    expect(stderr).toContain("Trading: orders go to Angel One's simulator");
    expect(code, stderr).toBe(outcome === 'SIGTERM' ? 0 : null);
  }
});
