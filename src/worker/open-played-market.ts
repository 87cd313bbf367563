/** A recorded session as a market: its ticks come at the pace asked for, and end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from '../config/load-bot.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import { loadTicks } from '../history/load-ticks.ts';
import type { HistorySource } from '../ports/history-source.ts';
import { engineOptionsOf } from './engine-setup.ts';
import { MarketClock } from './market-clock.ts';
import { MarketQueue } from './market-queue.ts';
import type { OpenMarket } from './open-market.ts';
import { SystemClock } from './system-clock.ts';

export interface PlayedMarketOptions {
  readonly bot: Bot;
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  /** Recorded time per time. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** A recording knows nothing of the days before it. */
const NO_HISTORY: HistorySource = {
  name: 'none',
  split: () => [],
  fetch: () => Promise.resolve({ kind: 'done', value: [] }),
};
/** Shorter waits cost more than they pace. */
const SHORTEST_WAIT_MS = 8;
/** The loop that trades is waited for when it is so many events behind. */
const MOST_AHEAD = 4_096;
const LOOK_AGAIN_MS = 2;

export async function openPlayedMarket(options: PlayedMarketOptions): Promise<OpenMarket> {
  const { bot, sessionPath, instrumentsPath, speed, signal } = options;
  const engine = engineOptionsOf(bot, loadInstruments(instrumentsPath));
  const ticks = await loadTicks(sessionPath);
  const [first] = ticks;
  if (!first) throw new DataError(`${sessionPath}: expected recorded ticks, found none`);
  const queue = new MarketQueue(() => {});
  const clock = new MarketClock(first.time);
  return {
    ...{ engine, clock, queue, isPlayed: true, history: NO_HISTORY, wireClock: clock },
    start: (instrumentIds) => void play(ticks, new Set(instrumentIds), queue, speed, signal),
    close: () => Promise.resolve(),
  };
}

async function play(
  ticks: readonly Tick[],
  wanted: ReadonlySet<InstrumentId>,
  queue: MarketQueue,
  speed: number,
  signal: AbortSignal,
): Promise<void> {
  const [first] = ticks;
  if (!first) return;
  const pace = new SystemClock(0, 1);
  for (const tick of ticks) {
    const waitMs = (tick.time - first.time) / speed - pace.now();
    if (waitMs >= SHORTEST_WAIT_MS) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    while (queue.length > MOST_AHEAD && !signal.aborted) await sleep(LOOK_AGAIN_MS);
    if (signal.aborted) break;
    if (wanted.has(tick.instrumentId)) queue.onTick(tick);
  }
  queue.end();
}
