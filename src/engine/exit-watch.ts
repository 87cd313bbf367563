/**
 * The levels at which positions are to be left, as the engine itself watches them: for legs that do not rest at the broker,
 * by choice or because it refused them. What rests there is looked after by who asks `hits`.
 */
import type { SignalKey } from '../core/ids.ts';
import { type Rupees, snapToTick } from '../core/money.ts';
import type { Order } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Watch } from './watch.ts';

export type LegRole = 'STOP_LOSS' | 'TARGET';

/** A stop that trails is moved by at least this share of its distance, so that the broker is not asked at every tick. */
const LEAST_STEP = 0.1;

export class ExitWatch {
  readonly #market: MarketView;

  constructor(market: MarketView) {
    this.#market = market;
  }

  /** The signal holds so many units now, signed. */
  follow(position: OpenPosition, signal: Signal, units: number): void {
    const { watches } = this.#market.get(position.instrumentId);
    const at = watches.findIndex((watch) => watch.position === position && watch.signal.key === signal.key);
    const known = watches[at];
    if (units === 0 || (signal.stopLoss === null && signal.target === null && signal.trail === null)) {
      if (known) watches.splice(at, 1);
    } else if (known) {
      Object.assign(known, { notBefore: Number.NEGATIVE_INFINITY, attempts: 0 });
    } else {
      const fresh = { notBefore: Number.NEGATIVE_INFINITY, attempts: 0 };
      watches.push({ position, signal, isLong: units > 0, stop: signal.stopLoss, ...fresh });
    }
  }

  /** The signal's trade is over; without a key those of the whole position. */
  leave(position: OpenPosition, key?: SignalKey): void {
    const { watches } = this.#market.get(position.instrumentId);
    for (let at = watches.length - 1; at >= 0; at -= 1) {
      const watch = watches[at];
      if (watch?.position === position && (key === undefined || watch.signal.key === key)) watches.splice(at, 1);
    }
  }

  /** A stop at the broker was last there: the watch goes on from it. */
  adopt(stop: Order): void {
    const { triggerPrice } = stop;
    if (triggerPrice === null) return;
    for (const watch of this.#market.get(stop.instrumentId).watches) {
      if (watch.signal.key === stop.signalKey) watch.stop = tighter(watch, triggerPrice);
    }
  }

  /** Moves a stop that trails the price; true when it has moved. */
  trail(watch: Watch, { instrument, lastPrice }: MarketEntry, high: Rupees, low: Rupees): boolean {
    const { signal, isLong, stop } = watch;
    if (signal.trail === null) return false;
    const { tickSize } = instrument;
    // On the near side of the price: beyond it a stop is refused.
    const level = isLong
      ? snapToTick(Math.min(high - signal.trail, lastPrice.price - tickSize), tickSize, 'down')
      : snapToTick(Math.max(low + signal.trail, lastPrice.price + tickSize), tickSize, 'up');
    const gain = stop === null ? Number.POSITIVE_INFINITY : isLong ? level - stop : stop - level;
    if (!(level > 0) || gain < Math.max(signal.trail * LEAST_STEP, tickSize)) return false;
    watch.stop = level;
    return true;
  }
}

/** Which level the price has reached; of both the stop. */
export function hitOf({ isLong, stop, signal: { target } }: Watch, high: Rupees, low: Rupees): LegRole | undefined {
  if (stop !== null && (isLong ? low <= stop : high >= stop)) return 'STOP_LOSS';
  if (target !== null && (isLong ? high >= target : low <= target)) return 'TARGET';
  return undefined;
}

function tighter({ isLong, stop }: Watch, other: Rupees): Rupees {
  if (stop === null) return other;
  return isLong ? Math.max(stop, other) : Math.min(stop, other);
}
