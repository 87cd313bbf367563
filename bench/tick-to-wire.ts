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
import { redisServerPath, startRedis } from '../test/support/redis-server.ts';
import { atPrice } from './wire/at-price.ts';
import { FIRST_PRICE, openWireDesk, SHARE, type WireDesk } from './wire/wire-desk.ts';

const WARM_UP = 30;
const ORDERS = Number(process.env.BENCH_ORDERS ?? 210);
const EVERY_MS = 200;
const PATIENCE_MS = 2_000;

export const bench = { name: 'tick_to_wire', run };

async function run(): Promise<Record<string, number>> {
  return { ...(await measured('postgres')), ...(await onRedis()) };
}

async function onRedis(): Promise<Record<string, number>> {
  const given = process.env.REDIS_URL;
  if (given) return measured('redis', given);
  const program = redisServerPath();
  if (program === undefined) {
    process.stderr.write('tick_to_wire: redis-server is not on this machine, its part is left out\n');
    return {};
  }
  const server = await startRedis(program);
  try {
    return await measured('redis', server.url);
  } finally {
    await server.kill();
  }
}

async function measured(backend: 'postgres' | 'redis', redisUrl?: string): Promise<Record<string, number>> {
  const prices = Array.from({ length: WARM_UP + ORDERS }, (_, index) => priceOf(index + 1));
  const strategies = prices.map((price, index) => ({
    ...{ id: `at-${index}`, strategy: atPrice.name, instruments: [SHARE.id], timeframe: '1m', params: { price } },
    ...{ product: 'INTRADAY', sizing: { kind: 'fixed-quantity', quantity: 1 } },
  }));
  const desk = await openWireDesk({ strategies, redisUrl });
  try {
    await desk.startWorker();
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
  } finally {
    await desk.close();
  }
}

function tickToWire({ tap, print }: WireDesk, price: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`tick_to_wire: no order at ${price} in time`)), PATIENCE_MS);
    let sentTime = Number.NaN;
    tap.onFrame = (time) => {
      if (Number.isNaN(sentTime)) sentTime = time;
    };
    tap.onCall = ({ path, time }) => {
      if (!path.endsWith('/placeOrder')) return;
      clearTimeout(late);
      resolve(time - sentTime);
    };
    print(price);
  });
}

function priceOf(index: number): number {
  return Number((FIRST_PRICE + index * SHARE.tickSize).toFixed(2));
}
