import type { Env } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import type { HistorySource } from '../ports/history-source.ts';

/** A broker's history, open: who asks for candles needs its instruments and their hours too. */
export interface OpenedHistory {
  readonly source: HistorySource;
  readonly calendar: MarketCalendar;
  /** Undefined when the broker does not list it. */
  instrument(id: InstrumentId): SessionInstrument | undefined;
  close(): Promise<void>;
}

/** Logs in to the broker of the environment. */
export type OpenHistory = (env: Env) => Promise<OpenedHistory>;

export const openHistory: OpenHistory = () =>
  Promise.reject(new ConfigError('history download: expected a broker account in the environment, found none'));
