import type { InstrumentId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { HistorySource } from '../ports/history-source.ts';
import type { MarketQueue } from './market-queue.ts';

/** The market the worker trades in, open: what can be traded, its prices as they come, its past. */
export interface OpenMarket {
  readonly engine: EngineOptions;
  /** What the engine's orders and jobs go by: the time of the event in hand, or the time of day. */
  readonly clock: Clock & { reach?(time: EpochMs): void };
  /** The time by which past candles are closed. */
  readonly wireClock: Clock;
  readonly queue: MarketQueue;
  /** True when the market is played and ends; false on a day like any other. */
  readonly isPlayed: boolean;
  readonly history: HistorySource;
  /** Told what a person has to know and the engine does not; the one who trades puts himself here. */
  readonly trouble: { tell: (text: string) => void };
  /** Prices begin to come. */
  start(instrumentIds: readonly InstrumentId[]): void;
  close(): Promise<void>;
}
