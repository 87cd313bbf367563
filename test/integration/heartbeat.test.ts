import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Messenger } from '../../src/alerts/telegram/messenger.ts';
import { updatesSchema } from '../../src/alerts/telegram/read-update.ts';
import { TelegramApi } from '../../src/alerts/telegram/telegram-api.ts';
import { ALERT_KINDS, type AlertKind } from '../../src/core/alert.ts';
import { formatClock, MINUTE_MS } from '../../src/core/time.ts';
import { NO_WISHES } from '../../src/ports/message-book.ts';
import { keepHeartbeat } from '../../src/worker/heartbeat.ts';
import { startHeartbeat } from '../../src/worker/start-heartbeat.ts';
import { type BotFault, startFakeBotApi } from '../support/fake-bot-api.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startWorker, stateFolder } from '../support/worker-process.ts';

/** A watcher, and what it was told. */
async function openWatcher() {
  const told: { readonly path: string; readonly body: string }[] = [];
  const world = { status: 200 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push({ path: `${request.method} ${request.url}`, body: Buffer.concat(chunks).toString() });
    response.writeHead(world.status).end('OK');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { told, world, server, url: `http://127.0.0.1:${port}/ping/0a1b2c3d-uuid` };
}

test('the watcher hears that all is well, and what is not', async () => {
  const { told, world, server, url } = await openWatcher();
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let ills: readonly string[] = [];
  const warned: unknown[] = [];
  const log = { warn: (fields: unknown) => void warned.push(fields) };
  const kept = keepHeartbeat({ url, ills: () => ills, log, signal: stop.signal, everyMs: 20 });
  await expect.poll(() => told.at(-1)).toEqual({ path: 'GET /ping/0a1b2c3d-uuid', body: '' });
  ills = ['Telegram does not answer', 'The database is away'];
  const path = 'POST /ping/0a1b2c3d-uuid/fail';
  await expect.poll(() => told.at(-1)).toEqual({ path, body: 'Telegram does not answer\nThe database is away' });
  ills = [];
  await expect.poll(() => told.at(-1)?.path).toBe('GET /ping/0a1b2c3d-uuid');
  // A watcher that fails is said once, without its address.
  world.status = 404;
  await expect.poll(() => warned).toEqual([{ failure: 'it answers 404' }]);
  server.closeAllConnections();
  server.close();
  await sleep(200);
  expect(warned).toHaveLength(1);
  stop.abort();
  await kept;
});

test('a worker beats from its start on, and its watcher’s address gets nowhere', { timeout: 60_000 }, async () => {
  const { told, url } = await openWatcher();
  const env = { HEARTBEAT_URL: url, LOG_LEVEL: 'trace' };
  const { code, stdout, stderr } = await startWorker(stateFolder(), ['--speed', '1000000'], env).ended;
  expect(code, stderr).toBe(0);
  expect(told[0]).toEqual({ path: 'GET /ping/0a1b2c3d-uuid', body: '' });
  expect(stdout + stderr).not.toContain('0a1b2c3d-uuid');
});

/** A messenger of one chat in which there is always something to tell, and what the watcher hears when it is asked next. */
async function openMute(watcherUrl: string, told: { readonly path: string; readonly body: string }[]) {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const clock = new ManualClock(Date.parse('2026-11-18T11:32:04+05:30'));
  let waiting = true;
  const alert = { key: 'a', kind: 'fill', level: 'info', text: 'Bought', time: clock.now() } as const;
  const end = async (): Promise<void> => {
    waiting = false;
  };
  const messenger = new Messenger({
    api: new TelegramApi({ token: server.token, apiRoot: server.url }),
    book: {
      ...{ wishes: async () => NO_WISHES, setWishes: end, markSent: end, markRefused: end },
      pending: async () => (waiting ? [alert] : []),
    },
    ...{ clock, chats: [{ id: 7, topic: null }], onTrouble: () => undefined },
    settings: Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as Record<AlertKind, 'on'>,
  });
  const listening = await new TelegramApi({ token: server.token, apiRoot: server.url }).call(
    'getUpdates',
    { timeout: 0 },
    updatesSchema,
  );
  expect(listening.kind, 'it answers whoever listens').toBe('done');
  return {
    ...{ server, clock },
    async deliver() {
      waiting = true;
      await messenger.deliver();
    },
    async heard() {
      const stop = new AbortController();
      const heard = told.length;
      const outage = { isAway: false };
      // Nobody may send commands, so nobody listens either.
      const parts = { url: watcherUrl, outage, control: null, messenger, queue: { length: 0 }, clock };
      const kept = startHeartbeat({ ...parts, log: { warn: () => undefined }, signal: stop.signal });
      await expect.poll(() => told.length).toBe(heard + 1);
      stop.abort();
      await kept;
      return told.at(-1);
    },
  };
}

const WELL = { path: 'GET /ping/0a1b2c3d-uuid', body: '' };

test.each<BotFault>([
  { kind: 'error', code: 502, description: 'Bad Gateway' },
  { kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' },
  { kind: 'throttled', retryAfter: 20 },
  { kind: 'reset' },
])('the watcher hears of a Telegram that answers but takes no messages: %j', async (fault) => {
  const { told, url } = await openWatcher();
  const { server, clock, deliver, heard } = await openMute(url, told);
  await deliver();
  expect(await heard()).toEqual(WELL);
  const begun = clock.now() + MINUTE_MS;
  server.fault(fault, { method: 'sendMessage' });
  for (let minute = 1; minute <= 4; minute += 1) {
    await clock.reach(clock.now() + MINUTE_MS);
    await deliver();
    expect(await heard(), `${minute - 1} min after the first that was not taken`).toEqual(WELL);
  }
  await clock.reach(clock.now() + 1);
  const body = `Telegram takes no messages since ${formatClock(begun)}`;
  expect(await heard()).toEqual({ path: 'POST /ping/0a1b2c3d-uuid/fail', body });
  server.calm();
  await clock.reach(clock.now() + MINUTE_MS);
  await deliver();
  expect(await heard()).toEqual(WELL);
});
