import { it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { sampleBotWith } from '../support/sample-bot.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { serverProcesses, serversUnder, startWorker, stateFolder, underWay } from '../support/worker-process.ts';

it.concurrent('starts its own database again when that is killed, and comes to the same result', {
  timeout: 120_000,
}, async ({ expect, onTestFinished }) => {
  const undisturbed = startWorker(stateFolder(onTestFinished), ['--speed', '1000000']).ended;
  const folder = stateFolder(onTestFinished);
  const worker = startWorker(folder, ['--speed', '2000']);
  await underWay(worker);
  for (const pid of serverProcesses(folder)) process.kill(pid, 'SIGKILL');
  const { code, stdout, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('The database can not be reached');
  expect(JSON.parse(stdout).sessionHash).toBe(JSON.parse((await undisturbed).stdout).sessionHash);
  expect(serversUnder(folder)).toEqual([]);
});

it.concurrent('tells Telegram at once that its database does not answer, and stops in time all the same', {
  timeout: 120_000,
}, async ({ expect, onTestFinished }) => {
  const telegram = await startFakeBotApi();
  onTestFinished(() => telegram.close());
  const folder = stateFolder(onTestFinished);
  const database = await openDatabase({ stateFolder: folder, schema: 'test', role: 'test' });
  onTestFinished(() => database.close());
  const proxy = await startSlowProxy(database.url);
  onTestFinished(() => proxy.close());
  const worker = startWorker(folder, ['--speed', '500'], {
    DATABASE_URL: proxy.plainUrl,
    SIGNALMAN_CONFIG: sampleBotWith(folder, { telegram: { chats: [{ id: 7 }] } }),
    ...{ TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url },
  });
  await underWay(worker);
  proxy.hold();
  const isTold = () => telegram.messages.some(({ text }) => text.startsWith('The database can not be reached'));
  await expect.poll(isTold, { timeout: 20_000 }).toBe(true);
  const askedAt = performance.now();
  worker.child.kill('SIGTERM');
  const { code, stdout } = await worker.ended;
  expect(performance.now() - askedAt).toBeLessThan(8_000);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).error.message).toMatch(/^Stopped while the database was away: /);
});
