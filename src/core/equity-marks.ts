import type { Paise } from './money.ts';
import type { DayNumber } from './time.ts';

/** What the account's equity is measured against; fills alone do not tell it, since open positions have been worth more. */
export interface EquityMarks {
  readonly peakEquityPaise: Paise;
  readonly day: DayNumber;
  /** With what was open then at its last price. */
  readonly dayStartEquityPaise: Paise;
}
