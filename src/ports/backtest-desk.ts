import type { Paise } from '../core/money.ts';
import type { DayNumber } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { EquityChart } from './chart.ts';

/** Days of trading, both inclusive. */
export interface Days {
  readonly first: DayNumber;
  readonly last: DayNumber;
}

/** What a person wants to see run over stored candles. */
export interface BacktestWish extends Days {
  /** A configured strategy by its id, which is taken with its params, or a registered one by its name. */
  readonly strategy: string;
  /** As a person names it. */
  readonly instrument: string;
}

export interface BacktestFigures {
  readonly trades: number;
  readonly won: number;
  readonly chargesPaise: Paise;
  /** After charges. */
  readonly netPaise: Paise;
  readonly maxDrawdownPaise: Paise;
  readonly maxDrawdownPercent: number;
  /** What was won for each rupee lost, after charges; null when nothing was lost. */
  readonly profitFactor: number | null;
  /** The candles that it ran over: of this length, so many, on so many days from the first to the last. */
  readonly candles: Days & { readonly timeframe: Timeframe; readonly count: number; readonly days: number };
  /** What to know before believing the figures. */
  readonly notes: readonly string[];
  /** Oldest first. */
  readonly closed: EquityChart['trades'];
}

export type BacktestEnd =
  | ({ readonly kind: 'done' } & BacktestFigures)
  /** In words, with what to do about it. */
  | { readonly kind: 'failed'; readonly why: string };

export type BacktestPlan =
  | {
      readonly kind: 'planned';
      /** `ema-5m on RELIANCE, 2026-10-01 to 2026-10-31` */
      readonly title: string;
      /** How it trades, e.g. `5m candles, intraday, 10 units an entry, capital ₹10,00,000.00`. */
      readonly terms: string;
      /** One at a time: it fails while another one runs. Never rejects. */
      readonly run: () => Promise<BacktestEnd>;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Runs strategies over stored candles, away from what trades. */
export interface BacktestDesk {
  plan(wish: BacktestWish): Promise<BacktestPlan>;
}
