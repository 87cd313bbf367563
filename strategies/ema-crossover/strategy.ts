/**
 * EMA crossover: long while the fast average is above the slow one, entered and left on the crossing itself.
 * `onCandle` allocates nothing unless a cross happens: it is the path that long backtests spend their time in.
 */
import type { Candle } from '../../src/core/candle.ts';
import type { Rupees } from '../../src/core/money.ts';
import type { OrderSide } from '../../src/core/order.ts';
import { Atr } from '../../src/engine/indicators/atr.ts';
import { Ema } from '../../src/engine/indicators/ema.ts';
import {
  type Decision,
  defineStrategy,
  type EntryDraft,
  enter,
  exit,
  type StrategyContext,
  type StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';
import { type Params, params } from './params.ts';

export const emaCrossover = defineStrategy<Params>({
  name: 'ema-crossover',
  summary: 'Follows trends: buys when the fast EMA crosses above the slow one, sells when it crosses below.',
  params,
  scope: 'instrument',
  warmUp: ({ slow, atrPeriod, ...legs }) => (usesAtr(legs) ? Math.max(slow, atrPeriod + 1) : slow),
  create: (ctx) => new EmaCrossover(ctx),
});

function usesAtr({ stopAtr, targetAtr }: Pick<Params, 'stopAtr' | 'targetAtr'>): boolean {
  return stopAtr !== undefined || targetAtr !== undefined;
}

class EmaCrossover implements StrategyHandlers {
  readonly #ctx: StrategyContext<Params>;
  readonly #fast: Ema;
  readonly #slow: Ema;
  readonly #atr: Atr | undefined;
  /** fast - slow at the candle before; NaN compares false, so the first candle crosses nothing. */
  #previousGap = Number.NaN;

  constructor(ctx: StrategyContext<Params>) {
    this.#ctx = ctx;
    this.#fast = ctx.use(new Ema({ period: ctx.params.fast }));
    this.#slow = ctx.use(new Ema({ period: ctx.params.slow }));
    this.#atr = usesAtr(ctx.params) ? ctx.use(new Atr({ period: ctx.params.atrPeriod })) : undefined;
  }

  onCandle(candle: Candle): Decision {
    const fast = this.#fast.value;
    const slow = this.#slow.value;
    if (fast === undefined || slow === undefined) return undefined;
    const previousGap = this.#previousGap;
    const gap = fast - slow;
    this.#previousGap = gap;
    if (previousGap <= 0 && gap > 0) return this.#onCross('above', candle, fast, slow);
    if (previousGap >= 0 && gap < 0) return this.#onCross('below', candle, fast, slow);
    return undefined;
  }

  #onCross(direction: 'above' | 'below', candle: Candle, fast: number, slow: number): Decision {
    const { params } = this.#ctx;
    const reason = `EMA ${params.fast} (${fast.toFixed(2)}) crossed ${direction} EMA ${params.slow} (${slow.toFixed(2)})`;
    const sign = direction === 'above' ? 1 : -1;
    const held = this.#ctx.position().quantity * sign;
    const entry =
      (direction === 'above' || params.allowShort) && held <= 0 ? this.#entry(sign, candle, reason) : undefined;
    if (held >= 0) return entry;
    return entry === undefined ? exit({ reason }) : [exit({ reason }), entry];
  }

  #entry(sign: 1 | -1, candle: Candle, reason: string): EntryDraft {
    const { stopPercent, stopAtr, targetPercent, targetAtr } = this.#ctx.params;
    const side: OrderSide = sign > 0 ? 'BUY' : 'SELL';
    const stopLoss = this.#leg(candle.close, -sign, stopPercent, stopAtr);
    const target = this.#leg(candle.close, sign, targetPercent, targetAtr);
    return enter({ side, stopLoss, target, reason });
  }

  #leg(price: Rupees, sign: number, percent: number | undefined, atrs: number | undefined): Rupees | undefined {
    const atr = this.#atr?.value;
    let distance: Rupees | undefined;
    if (percent !== undefined) distance = (price * percent) / 100;
    else if (atrs !== undefined && atr !== undefined) distance = atrs * atr;
    if (distance === undefined) return undefined;
    // A few ATRs can be more than an option's whole premium: no price lies below one tick.
    return Math.max(price + sign * distance, this.#ctx.instrument.tickSize);
  }
}
