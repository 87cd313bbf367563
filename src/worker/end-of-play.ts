import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '../core/time.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { OrderFeed } from '../ports/order-feed.ts';

export interface EndOfPlay {
  readonly feed: OrderFeed | null;
  readonly engine: TradingEngine;
  /** When the day is over: what waits for a later one is not waited for. */
  readonly now: () => EpochMs;
  /** Market time per real time. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

const ORDERS_PATIENCE_MS = 10_000;
const LEAST_PATIENCE_MS = 4_000;
const LOOK_AGAIN_MS = 50;

/** What became of the last orders is told before the events end. */
export async function endOfPlay({ feed, engine, now, speed, signal }: EndOfPlay): Promise<void> {
  if (feed === null) return;
  const patience = AbortSignal.timeout(Math.max(ORDERS_PATIENCE_MS / speed, LEAST_PATIENCE_MS));
  const isOver = new Promise<void>((resolve) => {
    patience.addEventListener('abort', () => resolve(), { once: true });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  do {
    await Promise.race([feed.poll().catch(() => undefined), isOver]);
    await sleep(LOOK_AGAIN_MS);
  } while (engine.parts.orders.hasWorkingBy(now()) && !patience.aborted && !signal.aborted);
}
