import { setTimeout as sleep } from 'node:timers/promises';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { OrderFeed } from '../ports/order-feed.ts';

const ORDERS_PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** What became of the last orders is told before the events end. */
export async function endOfPlay(feed: OrderFeed | null, engine: TradingEngine, signal: AbortSignal): Promise<void> {
  if (feed === null) return;
  const deadline = performance.now() + ORDERS_PATIENCE_MS;
  do {
    await Promise.race([feed.poll().catch(() => undefined), sleep(ORDERS_PATIENCE_MS)]);
    await sleep(LOOK_AGAIN_MS);
  } while (engine.parts.orders.hasWorking && performance.now() < deadline && !signal.aborted);
}
