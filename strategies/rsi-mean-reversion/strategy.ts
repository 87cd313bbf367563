/**
 * RSI mean reversion: buys a share that has just become oversold and waits for it to come back. Long only.
 * Entered on the fall through `oversold`, not below it: after a stop the RSI must recover before the next try.
 */
import type { Candle } from '../../src/core/candle.ts';
import { Rsi } from '../../src/engine/indicators/rsi.ts';
import {
  type Decision,
  defineStrategy,
  enter,
  exit,
  type StrategyContext,
  type StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';
import { type Params, params } from './params.ts';

export const rsiMeanReversion = defineStrategy<Params>({
  name: 'rsi-mean-reversion',
  summary: 'Buys dips: enters when the RSI falls below the oversold level, leaves when it has recovered.',
  params,
  scope: 'instrument',
  warmUp: ({ period }) => period + 1,
  create: (ctx) => new RsiMeanReversion(ctx),
});

class RsiMeanReversion implements StrategyHandlers {
  readonly #ctx: StrategyContext<Params>;
  readonly #rsi: Rsi;
  /** NaN compares false: the first candle asked has fallen through nothing. */
  #previousRsi = Number.NaN;
  /** Closed candles since the position was opened. */
  #heldCandles = 0;

  constructor(ctx: StrategyContext<Params>) {
    this.#ctx = ctx;
    this.#rsi = ctx.use(new Rsi({ period: ctx.params.period }));
  }

  onCandle(candle: Candle): Decision {
    const rsi = this.#rsi.value;
    if (rsi === undefined) return undefined;
    const previousRsi = this.#previousRsi;
    this.#previousRsi = rsi;
    if (this.#ctx.position().quantity > 0) return this.#whileHeld(rsi);
    this.#heldCandles = 0;
    const { oversold } = this.#ctx.params;
    return previousRsi >= oversold && rsi < oversold ? this.#entry(candle, rsi) : undefined;
  }

  #whileHeld(rsi: number): Decision {
    const { exitAbove, maxHoldCandles } = this.#ctx.params;
    this.#heldCandles += 1;
    if (rsi > exitAbove) return exit({ reason: `RSI ${rsi.toFixed(1)} is above ${exitAbove}` });
    if (maxHoldCandles !== undefined && this.#heldCandles >= maxHoldCandles) {
      return exit({ reason: `held for ${this.#heldCandles} candles, RSI ${rsi.toFixed(1)}` });
    }
    return undefined;
  }

  #entry(candle: Candle, rsi: number): Decision {
    const { period, oversold, stopPercent, targetPercent } = this.#ctx.params;
    return enter({
      side: 'BUY',
      stopLoss: stopPercent === undefined ? undefined : candle.close * (1 - stopPercent / 100),
      target: targetPercent === undefined ? undefined : candle.close * (1 + targetPercent / 100),
      reason: `RSI ${period} fell to ${rsi.toFixed(1)}, below ${oversold}`,
    });
  }
}
