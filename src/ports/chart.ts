import type { Candle } from '../core/candle.ts';
import type { Paise, Rupees } from '../core/money.ts';
import type { EpochMs } from '../core/time.ts';

export const CHART_THEMES = ['light', 'dark'] as const;
export type ChartTheme = (typeof CHART_THEMES)[number];

/** Something that happened at a price. */
export interface ChartMark {
  readonly time: EpochMs;
  readonly price: Rupees;
  readonly kind: 'signal' | 'buy' | 'sell';
}

/** A price that is waited for, or was paid. */
export interface ChartLevel {
  readonly price: Rupees;
  readonly name: 'stop' | 'target' | 'entry';
}

export type ChartCandle = Pick<Candle, 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume'>;

export interface CandleChart {
  readonly kind: 'candles';
  readonly title: string;
  readonly theme: ChartTheme;
  /** Oldest first, one timeframe. */
  readonly candles: readonly ChartCandle[];
  readonly marks: readonly ChartMark[];
  readonly levels: readonly ChartLevel[];
}

/** What closed trades add up to, and how far that lies below its highest. */
export interface EquityChart {
  readonly kind: 'equity';
  readonly title: string;
  readonly theme: ChartTheme;
  /** Oldest first: when a trade was closed, and its result after charges. */
  readonly trades: readonly { readonly exitTime: EpochMs; readonly netPaise: Paise }[];
}

export type ChartSpec = CandleChart | EquityChart;
