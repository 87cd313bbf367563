/**
 * From a frame of the market stream, written to the worker's socket, to the order request it leads to, read from the
 * worker's socket: decoding, engine, durable commit (PostgreSQL with fsync), queue, call budget, HTTP. Once with the queue in
 * PostgreSQL and once in Redis.
 *
 * Everything is the worker's own (a process of its own, live mode) but the strategy, which buys on a tick; both times are
 * taken at the sockets, by one clock (bench/wire/wire-tap.ts). One order every 200 ms: Angel One takes nine order writes a
 * second, of which the budget leaves entries six in any 1.1 s, and waiting for that is not what is measured here.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, redisServerPath, startRedis } from '../test/support/redis-server.ts';
import { buyersAt, pricesOf, tickToWire } from './wire/order-at-price.ts';
import { openWireDesk, type WireDesk } from './wire/wire-desk.ts';

const WARM_UP = 30;
const ORDERS = 210;
const EVERY_MS = 200;

export const bench = { name: 'tick_to_wire', run };

/** Both workers begin at once, since each has to see a minute end first; then one after the other is measured. */
async function run(): Promise<Record<string, number>> {
  const prices = pricesOf(WARM_UP + ORDERS);
  const strategies = buyersAt(prices);
  const redis = await openRedis();
  const desks = new Map<string, WireDesk>();
  try {
    desks.set('postgres', await openWireDesk({ strategies }));
    if (redis !== undefined) desks.set('redis', await openWireDesk({ strategies, redisUrl: redis.url }));
    await Promise.all([...desks.values()].map((desk) => desk.startWorker()));
    await Promise.all([...desks.values()].map((desk) => desk.endFirstMinute()));
    const figures: Record<string, number> = {};
    for (const [backend, desk] of desks) Object.assign(figures, await measured(desk, backend, prices));
    return figures;
  } finally {
    await Promise.all([...desks.values()].map((desk) => desk.close()));
    await redis?.kill();
  }
}

async function openRedis(): Promise<Pick<RedisServer, 'url' | 'kill'> | undefined> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, kill: () => Promise.resolve() };
  const program = redisServerPath();
  if (program !== undefined) return startRedis(program);
  process.stderr.write('tick_to_wire: redis-server is not on this machine, its part is left out\n');
  return undefined;
}

async function measured(desk: WireDesk, backend: string, prices: readonly number[]): Promise<Record<string, number>> {
  const latencies: number[] = [];
  for (const price of prices) {
    const begun = performance.now();
    latencies.push(await tickToWire(desk, price));
    await sleep(Math.max(0, EVERY_MS - (performance.now() - begun)));
  }
  const { faults } = await desk.truth();
  if (faults.length > 0) throw new Error(`tick_to_wire: ${faults.join('; ')}`);
  const sorted = latencies.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3));
  return {
    [`tick_to_wire_ms_p50_${backend}`]: at(0.5),
    [`tick_to_wire_ms_p99_${backend}`]: at(0.99),
    [`tick_to_wire_orders_${backend}`]: sorted.length,
  };
}
