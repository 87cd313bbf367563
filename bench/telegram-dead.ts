/**
 * From a price to the order on the wire, as `tick_to_wire` measures it, of a worker that tells a chat everything: while
 * Telegram answers, and while it does not (a call that hangs, then connections that are refused). One worker at one desk, in
 * the order answering, hanging, refusing, answering, so that neither half has the warmer machine.
 *
 * Telegram is a Bot API server on loopback. What waits is told before the last part begins.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeBotApi, startFakeBotApi } from '../test/support/fake-bot-api.ts';
import { buyersAt, pricesOf, tickToWire } from './wire/order-at-price.ts';
import { FIRST_PRICE, openWireDesk, type WireDesk } from './wire/wire-desk.ts';

const WARM_UP = 30;
const ORDERS_A_PART = 75;
const EVERY_MS = 200;
/** The longest wait between two tries, and a message a second after that. */
const DRAIN_MS = 90_000;
/** Every alert has a job of its own: those that find nothing left to tell are through by then. */
const CALM_MS = 5_000;

export const bench = { name: 'telegram_dead', run };

async function run(): Promise<Record<string, number>> {
  const prices = [...pricesOf(WARM_UP + 4 * ORDERS_A_PART)];
  const server = await startFakeBotApi();
  const desk = await openWireDesk({
    strategies: buyersAt(prices),
    bot: { telegram: { chats: [{ id: 7 }] } },
    env: { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url },
  });
  const part = (count = ORDERS_A_PART) => latenciesOf(desk, prices.splice(0, count));
  try {
    await desk.startWorker();
    await desk.endFirstMinute();
    await part(WARM_UP);
    const answering = await part();
    if (server.messages.length === 0)
      throw new Error('telegram_dead: expected messages while Telegram answers, found none');
    server.fault({ kind: 'silent' });
    const told = server.messages.length;
    const hanging = await part();
    await server.down();
    const refusing = await part();
    if (server.messages.length > told) throw new Error('telegram_dead: expected no message, found that one was taken');
    server.calm();
    await server.up();
    await drained(desk, server);
    const again = await part();
    const { faults } = await desk.truth();
    if (faults.length > 0) throw new Error(`telegram_dead: ${faults.join('; ')}`);
    const healthy = figuresOf([...answering, ...again]);
    const dead = figuresOf([...hanging, ...refusing]);
    return {
      ...{ telegram_healthy_tick_to_wire_ms_p50: healthy.p50, telegram_healthy_tick_to_wire_ms_p99: healthy.p99 },
      ...{ telegram_dead_tick_to_wire_ms_p50: dead.p50, telegram_dead_tick_to_wire_ms_p99: dead.p99 },
      // What the machine did meanwhile shows between the first and the last of them.
      ...{ telegram_dead_p50_answering: figuresOf(answering).p50, telegram_dead_p50_hanging: figuresOf(hanging).p50 },
      ...{ telegram_dead_p50_refusing: figuresOf(refusing).p50, telegram_dead_p50_again: figuresOf(again).p50 },
      telegram_dead_p50_ratio: rounded(dead.p50 / healthy.p50),
      telegram_dead_p99_ratio: rounded(dead.p99 / healthy.p99),
      ...{ telegram_dead_orders: 2 * ORDERS_A_PART, telegram_dead_messages: server.messages.length },
    };
  } finally {
    await desk.close();
    await server.close();
  }
}

async function latenciesOf(desk: WireDesk, prices: readonly number[]): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (const price of prices) {
    const begun = performance.now();
    latencies.push(await tickToWire(desk, price));
    await sleep(Math.max(0, EVERY_MS - (performance.now() - begun)));
  }
  return latencies;
}

/** Prices go on meanwhile, as they do on a market. */
async function drained({ database, print }: WireDesk, server: FakeBotApi): Promise<void> {
  let waitedAt = performance.now();
  for (const deadline = waitedAt + DRAIN_MS; performance.now() < deadline; await sleep(EVERY_MS)) {
    print(FIRST_PRICE);
    const [row] = await database.sql<{ waiting: number }[]>`
      select count(*)::int as waiting from deliveries where sent_time is null and refusal is null`;
    if (row?.waiting !== 0) waitedAt = performance.now();
    else if (performance.now() - waitedAt > CALM_MS) return;
  }
  throw new Error(`telegram_dead: expected everything to be told, found ${server.messages.length} messages only`);
}

function figuresOf(latencies: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
