import type { Candle } from '../core/candle.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';

/** What a source of market data tells the engine, in order of time. */
export type MarketEvent =
  | { readonly type: 'tick'; readonly tick: Tick }
  | { readonly type: 'candle'; readonly candle: Candle }
  | { readonly type: 'timer'; readonly time: EpochMs }
  /** The stream of these instruments was down: candles that overlap the span are marked. `to` is when it was back. */
  | {
      readonly type: 'gap';
      readonly instrumentIds: readonly InstrumentId[];
      readonly from: EpochMs;
      readonly to: EpochMs;
    };
