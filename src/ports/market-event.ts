import type { Candle } from '../core/candle.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';

/** What a source of market data tells the engine, in order of time. */
export type MarketEvent =
  | { readonly type: 'tick'; readonly tick: Tick }
  | { readonly type: 'candle'; readonly candle: Candle }
  | { readonly type: 'timer'; readonly time: EpochMs };
