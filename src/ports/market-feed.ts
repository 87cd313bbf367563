import type { InstrumentId } from '../core/ids.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';

/** What became of a feed's link, in order of time. */
export type FeedEvent =
  | { readonly type: 'connected'; readonly time: EpochMs }
  /** Of these instruments nothing is heard: `time` is when it was noticed, `since` when the last word of them came. */
  | {
      readonly type: 'disconnected';
      readonly instrumentIds: readonly InstrumentId[];
      readonly since: EpochMs;
      readonly time: EpochMs;
      readonly reason: string;
    }
  /** Nothing of these instruments was heard in the span: `to` is when the link was back. */
  | {
      readonly type: 'gap';
      readonly instrumentIds: readonly InstrumentId[];
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  /** Subscribed, but no first tick came in time: mostly a wrong segment or token. `reason` when more is known than that. */
  | {
      readonly type: 'silent';
      readonly instrumentIds: readonly InstrumentId[];
      readonly time: EpochMs;
      readonly reason?: string;
    }
  /** The broker will not let us in: nothing more comes until a person has seen to it. */
  | { readonly type: 'refused'; readonly reason: string; readonly time: EpochMs };

export interface FeedListener {
  onTick(tick: Tick): void;
  onEvent(event: FeedEvent): void;
}

/** Live prices of the instruments asked for. Reconnects by itself until it is closed. */
export interface MarketFeed {
  /** Adds to what is wanted; what is wanted already stays as it is. */
  subscribe(instrumentIds: readonly InstrumentId[]): void;
  unsubscribe(instrumentIds: readonly InstrumentId[]): void;
  close(): Promise<void>;
}
