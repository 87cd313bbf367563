/**
 * Opening-range breakout: the first minutes of a session set a range, a close beyond it is followed.
 * At most one entry per direction and session; a session whose first candle was not seen is left alone, because its range
 * would be a guess.
 */
import type { Candle } from '../../src/core/candle.ts';
import { ConfigError } from '../../src/core/errors.ts';
import type { MarketSession } from '../../src/core/market-session.ts';
import { dayOf, type EpochMs, MINUTE_MS, parseTimeOfDay, startOfDay } from '../../src/core/time.ts';
import { timeframeMs } from '../../src/core/timeframe.ts';
import {
  type Decision,
  defineStrategy,
  enter,
  type StrategyContext,
  type StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';
import { type Params, params } from './params.ts';

export const openingRangeBreakout = defineStrategy<Params>({
  name: 'opening-range-breakout',
  summary: "Day trades: follows a close beyond the high or low of the session's first minutes.",
  params,
  scope: 'instrument',
  warmUp: () => 1,
  create: (ctx) => new OpeningRangeBreakout(ctx),
});

class OpeningRangeBreakout implements StrategyHandlers {
  readonly #ctx: StrategyContext<Params>;
  readonly #candleMs: number;
  readonly #rangeMs: number;
  readonly #lastEntryMs: number;
  #sessionOpen: EpochMs = Number.NaN;
  #lastEntryTime: EpochMs = 0;
  #hasFirstCandle = false;
  #high = Number.NEGATIVE_INFINITY;
  #low = Number.POSITIVE_INFINITY;
  #hasGoneLong = false;
  #hasGoneShort = false;

  constructor(ctx: StrategyContext<Params>) {
    this.#ctx = ctx;
    this.#candleMs = timeframeMs(ctx.timeframe);
    this.#rangeMs = ctx.params.rangeMinutes * MINUTE_MS;
    this.#lastEntryMs = parseTimeOfDay(ctx.params.lastEntryTime) ?? 0;
    if (this.#rangeMs % this.#candleMs !== 0) {
      throw new ConfigError(
        `opening-range-breakout: expected "rangeMinutes" to be a multiple of the timeframe "${ctx.timeframe}", ` +
          `found "${ctx.params.rangeMinutes}"; change one of the two`,
      );
    }
  }

  onCandle(candle: Candle): Decision {
    const session = this.#ctx.session();
    if (session === null) return undefined;
    if (session.open !== this.#sessionOpen) this.#startSession(session);
    if (candle.openTime < session.open + this.#rangeMs) {
      this.#widen(candle);
      return undefined;
    }
    if (!this.#hasFirstCandle || candle.openTime + this.#candleMs > this.#lastEntryTime) return undefined;
    if (candle.close > this.#high) return this.#hasGoneLong ? undefined : this.#goLong(candle);
    if (candle.close < this.#low) return this.#hasGoneShort ? undefined : this.#goShort(candle);
    return undefined;
  }

  #startSession(session: MarketSession): void {
    this.#sessionOpen = session.open;
    this.#lastEntryTime = startOfDay(dayOf(session.open)) + this.#lastEntryMs;
    this.#hasFirstCandle = false;
    this.#high = Number.NEGATIVE_INFINITY;
    this.#low = Number.POSITIVE_INFINITY;
    this.#hasGoneLong = false;
    this.#hasGoneShort = false;
  }

  #widen(candle: Candle): void {
    if (candle.openTime === this.#sessionOpen) this.#hasFirstCandle = true;
    if (candle.high > this.#high) this.#high = candle.high;
    if (candle.low < this.#low) this.#low = candle.low;
  }

  #goLong({ close }: Candle): Decision {
    if (this.#ctx.position().quantity !== 0) return undefined;
    this.#hasGoneLong = true;
    const { stopPercent, targetRiskMultiple } = this.#ctx.params;
    const stopLoss = stopPercent === undefined ? this.#low : close * (1 - stopPercent / 100);
    const target = close + targetRiskMultiple * (close - stopLoss);
    return enter({
      side: 'BUY',
      stopLoss,
      target,
      reason: `closed at ${close} above the opening range ${this.#range()}`,
    });
  }

  #goShort({ close }: Candle): Decision {
    if (!this.#ctx.params.allowShort || this.#ctx.position().quantity !== 0) return undefined;
    this.#hasGoneShort = true;
    const { stopPercent, targetRiskMultiple } = this.#ctx.params;
    const stopLoss = stopPercent === undefined ? this.#high : close * (1 + stopPercent / 100);
    // A multiple of the risk can be more than the whole price: no price lies below one tick.
    const target = Math.max(close - targetRiskMultiple * (stopLoss - close), this.#ctx.instrument.tickSize);
    return enter({
      side: 'SELL',
      stopLoss,
      target,
      reason: `closed at ${close} below the opening range ${this.#range()}`,
    });
  }

  #range(): string {
    return `${this.#low} to ${this.#high}`;
  }
}
