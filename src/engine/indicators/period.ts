import { ConfigError } from '../../core/errors.ts';

/** A count of candles an indicator can work with; anything else is a fault in the strategy's settings. */
export function requirePeriod(period: number, name = 'period'): number {
  if (!Number.isSafeInteger(period) || period < 1) {
    throw new ConfigError(`Expected "${name}" to be a whole number of candles from 1, found "${period}"`);
  }
  return period;
}

export function requirePositive(value: number, name: string): number {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ConfigError(`Expected "${name}" to be a number above 0, found "${value}"`);
  }
  return value;
}
