import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { openRuleWorker } from '../support/rule-worker.ts';
import { sampleBotWith } from '../support/sample-bot.ts';
import { startProcess, startWorker, stateFolder, underWay } from '../support/worker-process.ts';

const FAST = ['--speed', '1000000'];

async function openTelegram(telegram: object) {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const folder = stateFolder();
  const env = {
    ...{
      TELEGRAM_BOT_TOKEN: server.token,
      TELEGRAM_API_ROOT: server.url,
      SIGNALMAN_CONFIG: sampleBotWith(folder, { telegram }),
    },
  };
  return { server, folder, env };
}

const ALL_ON = { signal: 'silent', denial: 'silent' };

it('tells a chat everything, once and in order, though Telegram is away at first; trading is the same', {
  timeout: 180_000,
}, async () => {
  const { server, folder, env } = await openTelegram({ chats: [{ id: 7 }], alerts: ALL_ON });
  server.fault({ kind: 'error', code: 502, description: 'Bad Gateway' });
  const worker = startWorker(folder, FAST, env);
  while (server.calls.length === 0) await sleep(50);
  setTimeout(() => server.calm(), 1_000);
  const { code, stdout, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
  const lines = server.messages.flatMap(({ text }) => text.split('\n'));
  const summary = JSON.parse(stdout);
  expect(lines.filter((line) => /^\S+ Signal: /.test(line))).toHaveLength(summary.signals - summary.denied);
  // Denials of a reason are one; those of the last minutes wait for the next message.
  const denials = lines.filter((line) => /^\S+ Denied: /.test(line));
  const denied = denials.reduce(
    (sum, line) => sum + 1 + Number(/and (\d+) more for this reason/.exec(line)?.[1] ?? 0),
    0,
  );
  expect(denied).toBeLessThanOrEqual(summary.denied);
  expect(denials.length).toBeLessThanOrEqual(Math.min(1, denied) + denied / 2);
  expect(lines.filter((line) => /^\S+ (Bought|Sold)/.test(line))).toHaveLength(summary.fills);
  expect(lines.filter((line) => /: closed /.test(line))).toHaveLength(summary.trades);
  const times = lines
    .map((line) => line.replace('<b>', '').slice(0, 8))
    .filter((time) => /^\d\d:\d\d:\d\d$/.test(time));
  expect(times).toEqual(times.toSorted());
  expect(server.messages.length, 'bursts are merged').toBeLessThan(lines.length / 5);
  expect(stdout + stderr).not.toContain(server.token);

  const { stdout: untold } = await startWorker(stateFolder(), FAST).ended;
  expect(summary.sessionHash).toBe(JSON.parse(untold).sessionHash);
});

it('stays off without a chat, and says so', { timeout: 90_000 }, async () => {
  const { server, folder, env } = await openTelegram({ chats: [] });
  const worker = startWorker(folder, [], env);
  await underWay(worker);
  worker.child.kill('SIGTERM');
  const { code, stderr } = await worker.ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('Telegram stays off: expected chats in telegram.chats of bot.config.ts, found none.');
  expect(server.calls).toEqual([]);
});

it('loses no alert when the worker is killed while a message is on its way, and doubles that one only', {
  timeout: 120_000,
}, async () => {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const telegram = { chats: [{ id: 7 }] };
  const access = { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url };
  const { folder, env, start } = await openRuleWorker({ bot: { telegram }, env: access });
  const ask = async (command: string): Promise<void> => {
    const { code, stderr } = await startProcess([command], folder, env).ended;
    expect(code, stderr).toBe(0);
  };
  const told = (text: string): number => server.messages.filter((message) => message.text.includes(text)).length;
  const first = start();
  server.fault({ kind: 'unanswered' });
  await ask('halt');
  await expect.poll(() => told('Trading is halted'), { timeout: 40_000 }).toBe(1);
  first.child.kill('SIGKILL');
  await first.ended;
  server.calm();
  // Asked for while nobody runs: told after what was to be told before.
  await ask('kill');
  start();
  await expect.poll(() => told('The kill switch is on'), { timeout: 40_000 }).toBe(1);
  expect(told('Trading is halted')).toBe(2);
  const texts = server.messages.map(({ text }) => text).join('\n');
  expect(texts.lastIndexOf('Trading is halted')).toBeLessThan(texts.indexOf('The kill switch is on'));
});
