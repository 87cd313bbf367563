import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';
import { startProcess, stateFolder } from '../support/worker-process.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

async function openTelegram(chats: readonly object[] = []) {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const folder = stateFolder();
  const config = join(folder, 'bot.config.ts');
  const bot = join(PROJECT, 'bot.config.ts');
  writeFileSync(
    config,
    `import bot from ${JSON.stringify(bot)};\nexport default { ...bot, telegram: ${JSON.stringify({ chats })} };\n`,
  );
  const env = { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url, SIGNALMAN_CONFIG: config };
  return { server, folder, env, start: (...args: string[]) => startProcess(['telegram', ...args], folder, env) };
}

it('pairs the chat in which the code is written, and answers nobody else', { timeout: 60_000 }, async () => {
  const { server, start } = await openTelegram();
  const message = (text: string, chat: number, more = {}) => ({
    message: { message_id: 1, date: 0, text, chat: { id: chat, type: 'group' }, from: { id: 42 }, ...more },
  });
  server.push(message('/kill', 1));
  const { child, ended } = start('pair', '--json');
  const code = await new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      const [, shown] = /@signalman_bot within 5 min: (\d{3} \d{3})/.exec(chunk.toString()) ?? [];
      if (shown !== undefined) resolve(shown);
    });
  });
  server.push(message('000 000 0', 2));
  server.push({ edited_message: { text: code } });
  server.push(message(code, 3, { forward_origin: { type: 'user' } }));
  server.push(message(code, -100, { message_thread_id: 9, is_topic_message: true }));
  const { code: exit, stdout, stderr } = await ended;
  expect(exit, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ chat: -100, topic: 9, user: 42 });
  expect(server.messages.map(({ chat, topic, text }) => [chat, topic, text])).toEqual([
    [-100, 9, 'This chat is number -100, topic 9.'],
  ]);
  expect(stdout + stderr).not.toContain(server.token);
});

it('gives up when nobody writes', { timeout: 60_000 }, async () => {
  const { start } = await openTelegram();
  const { code, stderr } = await start('pair', '--minutes', '0.02').ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Nobody has written the code to @signalman_bot within 0.02 min.');
});

it('says when another program listens to the bot', { timeout: 60_000 }, async () => {
  const { server, start } = await openTelegram();
  server.fault(
    { kind: 'error', code: 409, description: 'Conflict: terminated by other getUpdates request' },
    { method: 'getUpdates' },
  );
  const { code, stderr } = await start('pair').ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Another program listens to this bot');
});

it('sends a message to each chat, and fails when one does not take it', { timeout: 60_000 }, async () => {
  const { server, start } = await openTelegram([{ id: 7 }, { id: -100, topic: 9 }]);
  const told = await start('test', '--json').ended;
  expect(told.code, told.stderr).toBe(0);
  expect(JSON.parse(told.stdout).chats.map(({ chat }: { chat: string }) => chat)).toEqual(['7', '-100/9']);
  expect(server.messages.map(({ chat, topic }) => [chat, topic])).toEqual([
    [7, null],
    [-100, 9],
  ]);
  server.fault({ kind: 'error', code: 400, description: 'Bad Request: chat not found' }, { count: 1 });
  const refused = await start('test').ended;
  expect(refused.code).toBe(1);
  expect(refused.stdout).toBe('chat 7: Bad Request: chat not found\nchat -100/9: told\n');
});

it.each([
  ['http', startConnectProxy],
  ['socks5', startSocksProxy],
] as const)(
  'goes through a proxy of %s://, and never says its password',
  { timeout: 60_000 },
  async (scheme, start) => {
    const { server, folder, env } = await openTelegram([{ id: 7 }]);
    const proxy = await start({ login: { user: 'asha', password: 'hunter2hunter2' } });
    onTestFinished(() => proxy.close());
    const run = (command: string, password: string) => {
      const url = `${scheme}://asha:${password}@127.0.0.1:${proxy.port}`;
      return startProcess(['telegram', command], folder, { ...env, TELEGRAM_PROXY: url }).ended;
    };
    const told = await run('test', 'hunter2hunter2');
    expect([told.code, told.stdout], told.stderr).toEqual([0, 'chat 7: told\n']);
    expect(proxy.tunnels).toEqual([new URL(server.url).host]);
    expect(server.messages).toHaveLength(1);
    const refused = await run('test', 'hunter3hunter3');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(
      /^chat 7: The proxy of TELEGRAM_PROXY asks for a user and password that it knows \(/,
    );
    const unpaired = await run('pair', 'hunter3hunter3');
    expect(unpaired.code).toBe(1);
    expect(unpaired.stderr).toContain('The proxy of TELEGRAM_PROXY asks for a user and password that it knows');
    expect(server.calls.map(({ method }) => method)).toEqual(['sendMessage']);
    for (const { stdout, stderr } of [told, refused, unpaired]) expect(stdout + stderr).not.toMatch(/hunter[23]/);
  },
);

it.each([
  [{ TELEGRAM_BOT_TOKEN: '' }, 'TELEGRAM_BOT_TOKEN: expected the token of your bot in .env'],
  [{ TELEGRAM_BOT_TOKEN: 'hunter2hunter2' }, 'TELEGRAM_BOT_TOKEN: expected the token that @BotFather gave'],
  [{ TELEGRAM_BOT_TOKEN: '123456:another-token-that-nobody-knows' }, 'Telegram does not take the token: Unauthorized'],
  [{ TELEGRAM_API_ROOT: 'telegram' }, 'TELEGRAM_API_ROOT: expected a URL such as https://api.telegram.org'],
  [
    { TELEGRAM_PROXY: 'asha:hunter2hunter2@proxy:1080' },
    'TELEGRAM_PROXY: expected a URL that starts with http://, https:// or socks5://',
  ],
  [{}, 'telegram.chats: expected a chat, found none'],
])('refuses %j in one line', async (changes, expected) => {
  const { folder, env } = await openTelegram();
  const command = Object.keys(changes).length === 0 ? 'test' : 'pair';
  const { code, stderr } = await startProcess(['telegram', command], folder, { ...env, ...changes }).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(expected);
  expect(stderr).not.toMatch(/hunter2|another-token/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
