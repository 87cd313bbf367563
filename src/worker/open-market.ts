import type { InstrumentId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { HistorySource } from '../ports/history-source.ts';
import type { LoginDesk } from '../ports/login-desk.ts';
import type { MarginSource } from '../ports/margin-source.ts';
import type { OptionList } from '../ports/option-list.ts';
import type { OrderFeed, OrderFeedListener } from '../ports/order-feed.ts';
import type { QuoteSource } from '../ports/quote-source.ts';
import type { AdoptingBroker } from './adopting-broker.ts';
import type { CallTally } from './call-tally.ts';
import type { Check } from './doctor/check.ts';
import type { MarketQueue } from './market-queue.ts';
import type { Tell } from './news.ts';
import type { RulesDesk } from './rules-desk.ts';

/** Where orders go when they are not filled on paper. */
export interface BrokerDesk {
  readonly broker: AdoptingBroker;
  /** Null: the broker has no rules that rest beyond the day. */
  readonly rules: RulesDesk | null;
  /** How long the broker's book may take to show an order that was placed, by the market's clock. */
  readonly searchGraceMs: number;
  /** Market time per real time; 1 on a day like any other. */
  readonly speed: number;
  watch(options: {
    readonly hasWorking: () => boolean;
    readonly listener: OrderFeedListener;
    readonly onTrouble: (text: string) => void;
  }): OrderFeed;
  readonly margins: MarginSource;
  /** The order stream's link went or came back. */
  readonly onLink: OrderFeedListener['onLink'];
}

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
  /** When the list of instruments was taken. */
  readonly openedTime: EpochMs;
  /** What passed through the account's budget of calls. */
  readonly calls: Pick<CallTally, 'use'>;
  /** What a checklist before the open asks of the broker. */
  checks(): readonly Check[];
  /** Resolves when there is a session with the broker; not before the morning after a night without one. */
  hasSession(): Promise<unknown>;
  /** Null: nobody has to log in, the market is played. */
  readonly login: LoginDesk | null;
  readonly options: OptionList;
  readonly quotes: QuoteSource;
  /** Null: orders are filled on paper. */
  readonly desk: BrokerDesk | null;
  /** Told what a person has to know and the engine does not; the one who trades puts himself here. */
  readonly trouble: { tell: Tell };
  /** Told when all prices of a played market have been put into the queue; ends the queue by default. */
  onPlayed: () => void;
  /** Prices begin to come. */
  start(instrumentIds: readonly InstrumentId[]): void;
  close(): Promise<void>;
}
