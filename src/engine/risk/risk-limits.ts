import type { Paise } from '../../core/money.ts';

/** Account-wide limits; null switches a limit off. Percentages are of 100. */
export interface RiskLimits {
  readonly dailyLossPaise: Paise | null;
  /** Fall of equity from its peak. */
  readonly maxDrawdownPercent: number | null;
  readonly maxOpenPositions: number | null;
  /** Units, over all strategies. */
  readonly maxPositionPerInstrument: number | null;
  readonly maxOrderValuePaise: Paise | null;
  readonly maxOrdersPerMinute: number | null;
  readonly maxOrdersPerDay: number | null;
  /** How far the signal's price may lie from the last traded price. */
  readonly priceBandPercent: number | null;
  readonly cooldownAfterStopMs: number | null;
  /** Losing trades in a row, in one day, after which no entries are taken that day. */
  readonly losingStreak: number | null;
  /** Share of an order's value that must be available: 100 for delivery, less with intraday leverage. */
  readonly intradayMarginPercent: number;
  /** Derivatives sold short (or futures): share of the contract's value blocked. */
  readonly derivativeMarginPercent: number;
  /** How long before the end of continuous trading intraday positions are closed. */
  readonly squareOffBeforeCloseMs: number;
}
