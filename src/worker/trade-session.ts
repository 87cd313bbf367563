/**
 * The worker's loop: one event at a time goes through clock, exchange and engine in the one right order, and the next one
 * waits for the orders in flight, so that the queue's speed changes nothing but the wall time. Gaps of the stream are filled
 * from the broker's history before anything after them is taken.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { InvariantError } from '../core/errors.ts';
import type { Tick } from '../core/tick.ts';
import { type EpochMs, endOfDay } from '../core/time.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import { TickGate } from '../feed/tick-gate.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineEvent } from '../ports/engine-event.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import type { SteppedEngine } from '../simulation/paper-steps.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import type { GapFiller } from './gap-filler.ts';

export interface SessionOptions {
  readonly events: AsyncIterable<EngineEvent>;
  /**
   * Whether another event has arrived already: what both come to is one transaction then. Never where the next one must find
   * orders in place.
   */
  readonly hasMore: () => boolean;
  readonly engine: Pick<TradingEngine, 'nextTimer'>;
  /** The right order at one market event: with the simulated exchange, or with orders at a broker. */
  readonly steps: (engine: SteppedEngine, event: MarketEvent, reach: (time: EpochMs) => void) => Iterable<void>;
  readonly pipeline: Pick<EffectPipeline, 'tell' | 'settle' | 'release' | 'isBusy' | 'hasHeld'>;
  readonly clock: Clock & { reach?(time: EpochMs): void };
  /** Whether the clock goes to the day's end at once when no more events come; never where calls to a broker wait by it. */
  readonly mayRunAhead: boolean;
  readonly gaps: Pick<GapFiller, 'concerns' | 'before'>;
  readonly signal: AbortSignal;
  /** An order's update that can not be true of what we know. */
  readonly onIllegal: (error: InvariantError) => void;
  readonly onTick: (tick: Tick) => void;
  readonly onProgress: (done: number, time: EpochMs) => void;
}

/** So few that they are taken in a millisecond: what the first of them asks for waits that long at most. */
const MOST_TOGETHER = 64;
/** The sockets of queue and database get a turn at least this often. */
const TICKS_PER_TURN = 512;

/** Resolves when the events have ended, or early when the signal aborts; returns the ticks taken. */
export async function tradeSession(options: SessionOptions): Promise<number> {
  const { events, signal, onProgress } = options;
  const gate = new TickGate();
  let done = 0;
  let together = 0;
  for await (const event of events) {
    if (signal.aborted) return done;
    together = options.pipeline.isBusy ? together + 1 : 0;
    if (together >= MOST_TOGETHER) {
      await settle(options);
      together = 0;
    }
    if (!isOfMarket(event)) {
      await tell(options, event);
      continue;
    }
    if (event.type === 'tick') {
      if (done % TICKS_PER_TURN === 0) await yieldToLoop();
      if (!gate.takes(event.tick)) {
        await settleUnlessMore(options);
        continue;
      }
      done += 1;
      if (done % TICKS_PER_TURN === 0) onProgress(done, event.tick.time);
      options.onTick(event.tick);
    }
    await take(options, event);
  }
  if (!signal.aborted) await drain(options);
  return done;
}

function isOfMarket(event: EngineEvent): event is MarketEvent {
  return event.type === 'tick' || event.type === 'candle' || event.type === 'timer' || event.type === 'gap';
}

async function tell(options: SessionOptions, event: Exclude<EngineEvent, MarketEvent>): Promise<void> {
  try {
    options.pipeline.tell(event);
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    options.onIllegal(error);
  }
  await settleUnlessMore(options);
}

async function take(options: SessionOptions, event: MarketEvent): Promise<void> {
  const { gaps } = options;
  if (gaps.concerns(event)) {
    // The broker's history may take seconds: what was decided before must not wait for it.
    await settle(options);
    for await (const filled of gaps.before(event)) await step(options, filled);
  }
  await step(options, event);
}

async function step(options: SessionOptions, event: MarketEvent): Promise<void> {
  const { engine, steps, pipeline, clock } = options;
  const stepped = {
    get nextTimer() {
      return engine.nextTimer;
    },
    tell: pipeline.tell.bind(pipeline),
  };
  for (const _ of steps(stepped, event, (time) => clock.reach?.(time))) {
    await settleUnlessMore(options);
  }
}

async function settleUnlessMore(options: SessionOptions): Promise<void> {
  if (!options.hasMore()) await settle(options);
}

async function settle({ pipeline, clock }: SessionOptions): Promise<void> {
  if (pipeline.isBusy) await pipeline.settle(clock.now());
  if (pipeline.hasHeld) await pipeline.release(clock.now());
}

/** The last candles close and the day's orders expire though no more events come. */
async function drain(options: SessionOptions): Promise<void> {
  const { engine, clock, signal, mayRunAhead } = options;
  if (!mayRunAhead) return;
  const end = endOfDay(clock.now());
  // What the engine would remind of on another day is not heard on this one.
  while (engine.nextTimer < end && !signal.aborted) {
    await take(options, { type: 'timer', time: Math.max(engine.nextTimer, clock.now()) });
  }
  if (!signal.aborted) await take(options, { type: 'timer', time: end });
}
