/**
 * Replays a recorded session: each tick goes through clock, simulated exchange and engine in the one right order
 * (`paperSteps`), and the recording waits for the orders in flight, so that the queue's speed changes nothing but the
 * wall time.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { Tick } from '../core/tick.ts';
import { type EpochMs, endOfDay } from '../core/time.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import { TickGate } from '../feed/tick-gate.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import { paperSteps } from '../simulation/paper-steps.ts';
import type { SimulatedExchange } from '../simulation/simulated-exchange.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import type { ReplayClock } from './replay-clock.ts';

export interface ReplayOptions {
  readonly ticks: readonly Tick[];
  readonly engine: TradingEngine;
  readonly exchange: SimulatedExchange;
  readonly pipeline: EffectPipeline;
  readonly clock: ReplayClock;
  readonly signal: AbortSignal;
  readonly onTick: (tick: Tick) => void;
  readonly onProgress: (done: number, time: EpochMs) => void;
}

/** The sockets of queue and database get a turn at least this often. */
const TICKS_PER_TURN = 512;

/** Resolves when the session has ended, or early when the signal aborts; returns the ticks replayed. */
export async function replaySession(options: ReplayOptions): Promise<number> {
  const { ticks, clock, signal, onProgress } = options;
  const gate = new TickGate();
  let done = 0;
  for (const tick of ticks) {
    if (signal.aborted) return done;
    const waiting = clock.pace(tick.time, signal);
    if (waiting) await waiting;
    else if (done % TICKS_PER_TURN === 0) await yieldToLoop();
    if (gate.takes(tick)) {
      await step(options, { type: 'tick', tick });
      options.onTick(tick);
    }
    done += 1;
    if (done % TICKS_PER_TURN === 0) onProgress(done, tick.time);
  }
  await drain(options);
  return done;
}

async function step({ engine, exchange, pipeline, clock }: ReplayOptions, event: MarketEvent): Promise<void> {
  const stepped = {
    get nextTimer() {
      return engine.nextTimer;
    },
    tell: pipeline.tell.bind(pipeline),
  };
  for (const _ of paperSteps(stepped, exchange, event, (time) => clock.reach(time))) {
    if (pipeline.isBusy) await pipeline.settle(clock.now());
    if (pipeline.hasHeld) await pipeline.release(clock.now());
  }
}

/** The last candles close and the day's orders expire though no more ticks come. */
async function drain(options: ReplayOptions): Promise<void> {
  const { engine, clock, signal } = options;
  while (Number.isFinite(engine.nextTimer) && !signal.aborted) {
    await step(options, { type: 'timer', time: Math.max(engine.nextTimer, clock.now()) });
  }
  if (!signal.aborted) await step(options, { type: 'timer', time: endOfDay(clock.now()) });
}
