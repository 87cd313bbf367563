import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import type { TelegramChat } from '../../src/alerts/telegram/telegram-api.ts';
import type { Alert } from '../../src/core/alert.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { sendCommand } from '../../src/db/postgres-commands.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { PostgresMessageBook } from '../../src/db/postgres-message-book.ts';
import { deliverJob } from '../../src/jobs/deliver-job.ts';
import { DONE, defineJob, JobRegistry } from '../../src/jobs/job-registry.ts';
import { orderPayload } from '../../src/jobs/order-payload.ts';
import { OutboxSweeper } from '../../src/jobs/outbox-sweeper.ts';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { startWorkers } from '../../src/jobs/start-workers.ts';
import { SystemClock } from '../../src/worker/system-clock.ts';
import { type AlertRoute, alertsOfAllKinds, marksOf, openAlertRoute } from '../support/alert-route.ts';
import { startFakeBotApi } from '../support/fake-bot-api.ts';
import { openRuleWorker } from '../support/rule-worker.ts';

const QUIET = { info() {}, warn() {}, error() {} };
const ASHA: TelegramChat = { id: 7, topic: null };
const GROUP: TelegramChat = { id: -100, topic: 3 };

/** Queue and outbox as a worker wires them; waits are as much shorter as the clock is faster. */
async function openQueue({ database, ledger, messenger }: AlertRoute, clock: SystemClock, speed: number) {
  const schema = `queue_${randomBytes(4).toString('hex')}`;
  const queues = await openQueues({
    databaseUrl: database.url,
    schema,
    prefix: schema,
    log: QUIET,
    redisUrl: undefined,
  });
  onTestFinished(async () => {
    await queues.close();
    await database.sql`drop schema if exists ${database.sql(schema)} cascade`;
  });
  const idle = async () => DONE;
  const registry = new JobRegistry([
    defineJob({ queue: 'orders', name: 'place', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'orders', name: 'modify', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'orders', name: 'cancel', payload: orderPayload, handler: idle }),
    defineJob({ queue: 'alerts', name: 'send', payload: orderPayload, handler: idle }),
    deliverJob({
      async deliver() {
        const delivery = await messenger.deliver();
        return delivery.kind === 'done' ? delivery : { kind: 'later', afterMs: delivery.afterMs / speed };
      },
    }),
  ]);
  await startWorkers({ queues, registry, log: QUIET });
  return new OutboxSweeper({ ledger, queues, clock });
}

it('tells everything once and in order after an hour in which nobody listened at the address (at 300 times the speed)', {
  timeout: 90_000,
}, async () => {
  const speed = 300;
  const clock = new SystemClock(Date.now(), speed);
  const route = await openAlertRoute({ chats: [ASHA, GROUP], clock });
  const sweeper = await openQueue(route, clock, speed);
  await route.server.down();
  const start = clock.now();
  const alerts = alertsOfAllKinds(2_000, (index) => start + index);
  for (let from = 0; from < alerts.length; from += 50) {
    await clock.sleepUntil(start + (from * HOUR_MS) / alerts.length);
    const batch = alerts.slice(from, from + 50);
    await sweeper.enqueue(await route.write(batch));
  }
  await clock.sleepUntil(start + HOUR_MS);
  expect(route.server.messages).toEqual([]);
  expect(route.attempts.length, 'tried again and again, less and less often').toBeGreaterThan(10);
  expect(route.attempts.length).toBeLessThan(100);
  await route.server.up();
  const marks = marksOf(alerts.map(({ text }) => text));
  const countOf = (chat: TelegramChat): number => marksOf(route.told(chat)).length;
  await expect
    .poll(() => [countOf(ASHA), countOf(GROUP)], { timeout: 40_000, interval: 50 })
    .toEqual([marks.length, marks.length]);
  for (const chat of [ASHA, GROUP]) {
    expect(marksOf(route.told(chat))).toEqual(marks);
    expect(route.told(chat).length, 'messages for 2,000 alerts').toBeLessThan(90);
  }
});

it('loses no alert, keeps their order and doubles one message a kill, though the worker is killed again and again', {
  timeout: 90_000,
}, async () => {
  const kills = 5;
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const telegram = { chats: [{ id: ASHA.id }] };
  const access = { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url };
  const { database, start } = await openRuleWorker({ bot: { telegram }, env: access });
  const line = 'x'.repeat(950);
  // Four fit into a message; the last ones have those of the halts with them and are told when nobody kills any more.
  const alerts = Array.from({ length: 4 * (kills + 2) }, (_, index): Alert => {
    return { key: `${index}`, kind: 'system', level: 'info', text: `#${index}. ${line}`, time: Date.now() };
  });
  const effects = alerts.map((alert) => ({ type: 'alertRaised', alert }) as const);
  await new PostgresLedger(database, 'live', null, [String(ASHA.id)]).record(effects);
  const book = new PostgresMessageBook(database);
  const cameWithin = (count: number) =>
    expect.poll(() => server.messages.length, { timeout: 30_000, interval: 10 }).toBeGreaterThanOrEqual(count);
  let sent = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    // So that there is something to tell at once, and what waits goes with it.
    await sendCommand(database, { command: kill % 2 === 0 ? 'halt' : 'resume', strategyId: null, askedBy: 'a test' });
    const worker = start();
    await cameWithin(sent + 1);
    server.fault({ kind: 'unanswered' }, { method: 'sendMessage', count: 1 });
    await cameWithin(sent + 2);
    worker.child.kill('SIGKILL');
    await worker.ended;
    sent = server.messages.length;
    const [waiting] = await book.pending(String(ASHA.id), 1);
    expect(server.messages.at(-1)?.text, 'came there, and the books do not know').toContain(waiting?.text);
  }
  server.calm();
  start();
  // The halts and what came of them, in turns: each asked for before a worker that was killed, and told by a later one.
  const switched = (): readonly string[] =>
    server.messages.flatMap(({ text }) => text.match(/(?<!\. )Trading is (halted|resumed)/g) ?? []);
  const turns = Array.from({ length: kills }, (_, index) => `Trading is ${index % 2 === 0 ? 'halted' : 'resumed'}`);
  await expect.poll(switched, { timeout: 30_000 }).toEqual(turns);
  const texts = server.messages.map(({ text }) => text);
  const told = marksOf(texts);
  const wanted = alerts.map(({ text }) => marksOf([text])[0]);
  expect([...new Set(told)], 'the first time each was told').toEqual(wanted);
  expect([...new Set(told.toReversed())].toReversed(), 'and the last time').toEqual(wanted);
  expect(told.length - wanted.length, 'alerts in the doubled messages').toBe(4 * kills);
  expect(texts.length - new Set(texts).size, 'doubled messages').toBe(kills);
});
