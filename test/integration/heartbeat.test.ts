import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { keepHeartbeat } from '../../src/worker/heartbeat.ts';
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
