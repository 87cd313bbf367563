/**
 * Composition root two: the trading engine on a clock that the data drives, with the simulated exchange and memory.
 * Entry points: `onCandle` or `onTick` in order of time, then `end`.
 */
import type { Candle } from '../core/candle.ts';
import type { Tick } from '../core/tick.ts';
import { DAY_MS, dayOf, type EpochMs, endOfDay, startOfDay } from '../core/time.ts';
import { type EngineOptions, TradingEngine } from '../engine/trading-engine.ts';
import type { Effect, EngineEvent } from '../ports/engine-event.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { InlineDispatcher } from '../simulation/inline-dispatcher.ts';
import { paperSteps } from '../simulation/paper-steps.ts';
import { SimulatedExchange } from '../simulation/simulated-exchange.ts';

export class BacktestSession {
  readonly engine: TradingEngine;
  readonly #take: (effect: Effect) => void;
  readonly #exchange: SimulatedExchange;
  readonly #dispatcher: InlineDispatcher;
  #dayEnd: EpochMs = Number.NEGATIVE_INFINITY;
  #lastTime: EpochMs = Number.NEGATIVE_INFINITY;

  /** `take` is told every effect. */
  constructor(options: EngineOptions & { readonly rules: FillRules }, take: (effect: Effect) => void) {
    this.#take = take;
    this.engine = new TradingEngine(options);
    this.#exchange = new SimulatedExchange({
      ...options,
      report: (event) => this.tell(event),
      settle: () => this.#dispatcher.send(),
    });
    this.#dispatcher = new InlineDispatcher(this.#exchange, (event) => this.tell(event));
  }

  get nextTimer(): EpochMs {
    return this.engine.nextTimer;
  }

  tell(event: EngineEvent): void {
    for (const effect of this.engine.handle(event)) {
      this.#take(effect);
      this.#dispatcher.take(effect);
    }
  }

  onTick(tick: Tick): void {
    this.#run({ type: 'tick', tick });
  }

  /**
   * A candle of the data, which ends at `end`: `paperSteps` unrolled, since this is the path that a million candles take. What
   * the clock does inside a candle is seen at its end, so a square-off there leaves stop and target to the whole candle and
   * is done at the next price. A timer on the very end waits for all candles that end there.
   */
  onCandle(candle: Candle, end: EpochMs): void {
    if (candle.openTime >= this.#dayEnd) this.#startDay(candle.openTime);
    while (this.engine.nextTimer <= candle.openTime) this.#timer(this.engine.nextTimer);
    this.#dispatcher.release(candle.openTime);
    this.#exchange.onCandle(candle);
    while (this.engine.nextTimer < end) this.#timer(this.engine.nextTimer);
    this.tell({ type: 'candle', candle });
    this.#dispatcher.send();
    this.#lastTime = end;
  }

  /** No more prices come: what waits for the clock happens. */
  drain(): void {
    while (Number.isFinite(this.engine.nextTimer)) this.#timer(Math.max(this.engine.nextTimer, this.#lastTime));
  }

  /** The day is over for everyone: what still worked in it ends. */
  endDay(): void {
    this.#timer(endOfDay(this.#lastTime));
  }

  /** Positions still open are closed at the last price. */
  closeOut(): void {
    this.tell({ type: 'commanded', command: 'squareoff', time: this.#lastTime });
    this.#dispatcher.release(Number.POSITIVE_INFINITY);
    this.#dispatcher.send();
    this.#exchange.closeOut();
  }

  #run(event: Parameters<typeof paperSteps>[2]): void {
    for (const _ of paperSteps(this, this.#exchange, event, (time) => this.#reach(time))) this.#dispatcher.send();
  }

  #reach(time: EpochMs): void {
    this.#lastTime = Math.max(this.#lastTime, time);
    this.#dispatcher.release(time);
  }

  #timer(time: EpochMs): void {
    this.#run({ type: 'timer', time });
  }

  /**
   * The days before end first, also where their candles did: a square-off that met no more prints takes the last price of
   * its own day, and what was left working expires before today's first price.
   */
  #startDay(time: EpochMs): void {
    const dayStart = startOfDay(dayOf(time));
    while (this.engine.nextTimer < dayStart) this.#timer(this.engine.nextTimer);
    this.#dayEnd = dayStart + DAY_MS;
    this.#exchange.advance(dayStart);
  }
}
