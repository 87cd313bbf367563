/** Trades on most candles, long and short by turns, with a stop and a target; leaves at the latest three candles later. */
import { z } from 'zod';
import type { Candle } from '../../src/core/candle.ts';
import { hashHex } from '../../src/core/hash.ts';
import {
  type Decision,
  defineStrategy,
  enter,
  exit,
  type StrategyContext,
  type StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';

const percent = z.number().positive().lt(100);
const params = z.strictObject({ stopPercent: percent.default(0.12), targetPercent: percent.default(0.15) });
type Params = z.output<typeof params>;

export const restless = defineStrategy<Params>({
  name: 'restless',
  summary: 'Trades by the clock.',
  params,
  scope: 'instrument',
  warmUp: () => 1,
  create: (ctx) => new Restless(ctx),
});

class Restless implements StrategyHandlers {
  readonly #ctx: StrategyContext<Params>;

  constructor(ctx: StrategyContext<Params>) {
    this.#ctx = ctx;
  }

  /** By the candle alone: a worker that was started again decides as the one before would have. */
  onCandle({ instrumentId, openTime, close }: Candle): Decision {
    const lot = Number.parseInt(hashHex(`${instrumentId} ${openTime}`).slice(0, 2), 16);
    if (this.#ctx.position().quantity !== 0) return lot % 3 === 0 ? exit({ reason: 'long enough' }) : undefined;
    if (lot % 5 === 4) return undefined;
    const sign = lot % 2 === 0 && this.#ctx.instrument.kind !== 'OPTION' ? -1 : 1;
    const { stopPercent, targetPercent } = this.#ctx.params;
    return enter({
      side: sign > 0 ? 'BUY' : 'SELL',
      stopLoss: close * (1 - (sign * stopPercent) / 100),
      target: close * (1 + (sign * targetPercent) / 100),
      reason: 'its turn',
    });
  }
}
