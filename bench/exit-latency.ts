/**
 * From a kill asked for in another process, its row not yet inserted, to the cancel request on the wire, at the worst of
 * times: 10,000 entries wait in the queue and take every order write that the budget leaves them, and a download of history
 * goes on beside the worker. Each kill is of one strategy with two entries that work at the broker; the 10,000 are of
 * another one, so that the queue stays full. Everything is the worker's own, in a process of its own and in live mode.
 *
 * A kill every 1.2 s: exits are sure of two calls in any 1.1 s, more than that at once would measure the broker's limits.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ClientOrderId, SignalKey, StrategyId } from '../src/core/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../src/core/time.ts';
import { sendCommand } from '../src/db/postgres-commands.ts';
import { PostgresLedger } from '../src/db/postgres-ledger.ts';
import type { Effect } from '../src/ports/engine-event.ts';
import { WireClient } from '../test/support/angel-one-client.ts';
import { brokerId, buildOrder, buildSignal } from '../test/support/build-order.ts';
import { atPrice } from './wire/at-price.ts';
import { FIRST_PRICE, openWireDesk, SHARE, type WireDesk } from './wire/wire-desk.ts';

const KILLS = 34;
const ENTRIES_PER_KILL = 2;
const KILL_EVERY_MS = 1_200;
const WAITING = 10_000;
const WAITING_STRATEGY = 'waiting';
/** Rests at the broker and is never filled. */
const LIMIT = 1_400;
/** Nine order writes a second are taken. */
const PLACE_EVERY_MS = 130;
const PATIENCE_MS = 60_000;

const placedSchema = z.object({ orderid: z.string(), uniqueorderid: z.string() });
const cancelSchema = z.object({ orderid: z.string() });

export const bench = { name: 'exit_latency', run };

async function run(): Promise<Record<string, number>> {
  const killed = Array.from({ length: KILLS }, (_, index) => `kill-${index}`);
  const strategies = [WAITING_STRATEGY, ...killed].map((id) => ({
    ...{ id, strategy: atPrice.name, instruments: [SHARE.id], timeframe: '1m', params: { price: 1 } },
    ...{ product: 'INTRADAY', sizing: { kind: 'fixed-quantity', quantity: 1 } },
  }));
  const desk = await openWireDesk({ strategies });
  const downloading = new AbortController();
  try {
    const killOf = await placeEntries(desk, killed);
    await fillQueue(desk);
    await desk.startWorker();
    await desk.endFirstMinute();
    await queueFilled(desk);
    const downloads = download(desk, downloading.signal);
    const latencies: number[] = [];
    const askedTimes: number[] = [];
    desk.tap.onCall = ({ path, time, body }) => {
      if (!path.endsWith('/cancelOrder')) return;
      const index = killOf.get(cancelSchema.parse(JSON.parse(body)).orderid);
      const asked = index === undefined ? undefined : askedTimes[index];
      if (asked !== undefined) latencies.push(time - asked);
    };
    for (const id of killed) {
      desk.print(FIRST_PRICE);
      askedTimes.push(performance.now());
      const command = { command: 'kill', strategyId: id as StrategyId, askedBy: 'bench' } as const;
      await sendCommand(desk.database, command);
      await sleep(KILL_EVERY_MS);
    }
    const left = await entriesLeft(desk);
    downloading.abort();
    await downloads;
    const { faults, calls } = await desk.truth();
    for (const fault of faults) process.stderr.write(`exit_latency: ${fault}\n`);
    const wanted = KILLS * ENTRIES_PER_KILL;
    if (latencies.length !== wanted) {
      throw new Error(`exit_latency: expected ${wanted} cancels, found ${latencies.length}`);
    }
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3));
    return {
      ...{ exit_latency_ms_p50: at(0.5), exit_latency_ms_p99: at(0.99), exit_latency_cancels: sorted.length },
      ...{ exit_latency_entries_queued: left, exit_latency_history_calls: sumOf(calls.candles ?? {}) },
      exit_latency_budget_overruns: faults.length,
    };
  } finally {
    downloading.abort();
    await desk.close();
  }
}

/** Entries that an earlier run of the worker has sent; answers whose each of the broker's orders is. */
async function placeEntries(desk: WireDesk, strategies: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { simulator, database, listing } = desk;
  const ledger = new PostgresLedger(database, 'live');
  const client = new WireClient(simulator.url);
  await client.login();
  const killOf = new Map<string, number>();
  for (const [index, strategy] of strategies.entries()) {
    for (let nth = 0; nth < ENTRIES_PER_KILL; nth += 1) {
      const id = clientOrderId('k', index * ENTRIES_PER_KILL + nth);
      await ledger.record(entry(strategy, id, nth));
      const reply = await client.post('order/v1/placeOrder', {
        ...{ variety: 'NORMAL', tradingsymbol: listing.tradingSymbol, symboltoken: listing.token },
        ...{ transactiontype: 'BUY', exchange: listing.segment, ordertype: 'LIMIT', producttype: 'INTRADAY' },
        ...{ duration: 'DAY', price: String(LIMIT), triggerprice: '0', quantity: '1', disclosedquantity: '0' },
        ordertag: id,
      });
      const placed = placedSchema.parse(reply.data);
      const update = { clientOrderId: id, reason: null, time: Date.now() } as const;
      await ledger.move({ ...update, status: 'SUBMITTING', brokerOrderId: null });
      await ledger.move({ ...update, status: 'SUBMITTED', brokerOrderId: brokerId(placed.orderid) });
      killOf.set(placed.orderid, index);
      await sleep(PLACE_EVERY_MS);
    }
  }
  return killOf;
}

/** Entries that were decided and promised to the queue, and not sent yet. */
async function fillQueue({ database }: WireDesk): Promise<void> {
  const ledger = new PostgresLedger(database, 'live');
  const indices = Array.from({ length: WAITING }, (_, index) => index);
  await ledger.record(indices.flatMap((index) => entry(WAITING_STRATEGY, clientOrderId('w', index), index)));
}

function entry(strategy: string, id: ClientOrderId, nth: number): readonly Effect[] {
  const time = Date.now();
  const candleTime = time - nth * MINUTE_MS;
  const key = `${strategy}|${SHARE.id}|1m|${candleTime}|ENTRY` as SignalKey;
  const base = {
    strategyId: strategy as StrategyId,
    instrumentId: SHARE.id,
    product: 'INTRADAY',
    quantity: 1,
  } as const;
  const times = { createdTime: time, expiresTime: time + HOUR_MS, candleTime };
  return [
    { type: 'signalDecided', signal: buildSignal({ ...base, ...times, key, entryPrice: LIMIT }) },
    {
      type: 'orderPlanned',
      order: buildOrder({
        ...{ ...base, signalKey: key, clientOrderId: id, type: 'LIMIT', limitPrice: LIMIT },
        ...{ createdTime: time, notBefore: time, updatedTime: time },
      }),
    },
  ];
}

function clientOrderId(prefix: string, index: number): ClientOrderId {
  return `${prefix}${index.toString(36).padStart(15, '0')}` as ClientOrderId;
}

async function queueFilled(desk: WireDesk): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(200)) {
    const [row] = await desk.database.sql<{ count: number }[]>`
      select count(*) from job_outbox where queued_time is null and name = 'place'`;
    if (row?.count === 0) return;
  }
  throw new Error('exit_latency: the queue was not filled in time');
}

async function entriesLeft({ database }: WireDesk): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`
    select count(*) from orders where strategy_id = ${WAITING_STRATEGY} and status = 'INITIALIZED'`;
  return row?.count ?? Number.NaN;
}

/** A person who fetches candles meanwhile, in a process of its own; the next when one is done. */
async function download({ env }: WireDesk, stop: AbortSignal): Promise<void> {
  for (let nth = 0; !stop.aborted; nth += 1) {
    const out = join(env.SIGNALMAN_STATE ?? '', `candles-${nth}`);
    const args = ['history', 'download', '--instrument', SHARE.id, '--timeframe', '1m', '--from', '2021-01-01'];
    const child = spawn(process.execPath, ['src/main.ts', ...args, '--out', out, '--json'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const onStop = (): boolean => child.kill('SIGKILL');
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    await new Promise((resolve) => child.once('close', resolve));
    stop.removeEventListener('abort', onStop);
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
