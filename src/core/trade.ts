import type { InstrumentId, SignalKey, StrategyId } from './ids.ts';
import type { Paise, Rupees } from './money.ts';
import type { EpochMs } from './time.ts';

export const EXIT_REASONS = ['signal', 'stop_loss', 'target', 'square_off', 'end_of_data'] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

/** A closed round trip: flat, open, flat again. Used by reports and loss rules, never for a single fill. */
export interface Trade {
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly signalKey: SignalKey;
  readonly side: 'LONG' | 'SHORT';
  readonly quantity: number;
  readonly entryTime: EpochMs;
  readonly entryPrice: Rupees;
  readonly exitTime: EpochMs;
  readonly exitPrice: Rupees;
  readonly exitReason: ExitReason;
  readonly grossPaise: Paise;
  readonly chargesPaise: Paise;
  readonly netPaise: Paise;
}
