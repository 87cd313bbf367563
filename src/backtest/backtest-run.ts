import type { ChargeRates } from '../core/charge-rates.ts';
import { hashHex } from '../core/hash.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendarData } from '../core/market-calendar-data.ts';
import type { Paise } from '../core/money.ts';
import type { ProductType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { Sizing } from '../engine/risk/sizing.ts';
import { canonical } from '../simulation/session-hash.ts';
import type { CandleSource } from './candle-stream.ts';
import { hashOfCandles } from './data-hash.ts';

/** Sizes by what an entry is worth, or may lose. */
export type MoneySizing = Exclude<Sizing, { readonly kind: 'fixed-quantity' }>;

/** What makes a run this run: with the same program, the same identity gives the same result. */
export interface BacktestRun {
  /** A hash of all that follows, but for `data`, the path. */
  readonly id: string;
  readonly data: string;
  readonly strategy: string;
  readonly params: unknown;
  readonly timeframe: Timeframe;
  readonly product: ProductType;
  readonly broker: string;
  /** Units of each entry; null when `sizing` says how many. */
  readonly quantity: number | null;
  readonly sizing?: MoneySizing;
  readonly capitalPaise: Paise;
  readonly slippageBps: number;
  readonly orders: 'limit' | 'market';
  readonly label: 'start' | 'end';
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly instruments: readonly InstrumentId[];
  /** Rows per instrument. */
  readonly candles: readonly number[];
  readonly candlesHash: string;
  readonly calendarHash: string;
  readonly chargesHash: string;
}

type RunFacts = Omit<
  BacktestRun,
  'id' | 'data' | 'strategy' | 'instruments' | 'candles' | 'sizing' | `${string}Hash`
> & {
  readonly sizing?: MoneySizing | undefined;
};

export function identityOf(
  request: Omit<RunFacts, 'timeframe'> & { readonly strategy: { readonly name: string }; readonly dataPath: string },
  sources: readonly CandleSource[],
  timeframe: Timeframe,
  calendar: MarketCalendarData,
  rates: ChargeRates,
): BacktestRun {
  const { strategy, params, capitalPaise, sizing, slippageBps, orders, product, broker, label, from, to } = request;
  const quantity = sizing === undefined ? request.quantity : null;
  const facts = {
    ...{ strategy: strategy.name, params, timeframe, product, broker, quantity, capitalPaise, slippageBps, label },
    ...{ orders, from, to, ...(sizing === undefined ? {} : { sizing }) },
    instruments: sources.map((source) => source.instrumentId),
    candles: sources.map((source) => source.count),
    candlesHash: hashOfCandles(sources),
    calendarHash: hashHex(canonical(calendar)).slice(0, 16),
    chargesHash: hashHex(canonical(rates)).slice(0, 16),
  };
  return { id: hashHex(canonical(facts)).slice(0, 16), data: request.dataPath, ...facts };
}
