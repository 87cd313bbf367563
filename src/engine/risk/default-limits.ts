import { MINUTE_MS } from '../../core/time.ts';
import type { RiskLimits } from './risk-limits.ts';

/**
 * Every limit off; the shares of margin and the square-off time are those that `bot.config.ts` has when it says nothing.
 * 20 % is five times leverage, the most that the peak-margin rules leave for shares within the day, and more than the
 * exchanges usually block for index contracts.
 */
export const NO_LIMITS: RiskLimits = Object.freeze({
  dailyLossPaise: null,
  maxDrawdownPercent: null,
  maxOpenPositions: null,
  maxPositionPerInstrument: null,
  maxOrderValuePaise: null,
  maxOrdersPerMinute: null,
  maxOrdersPerDay: null,
  priceBandPercent: null,
  cooldownAfterStopMs: null,
  losingStreak: null,
  intradayMarginPercent: 20,
  derivativeMarginPercent: 20,
  squareOffBeforeCloseMs: 10 * MINUTE_MS,
});
