import type { Rupees } from '../core/money.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import type { OpenPosition } from './portfolio/open-position.ts';

/** The levels at which what a signal holds is to be left. */
export interface Watch {
  readonly position: OpenPosition;
  readonly signal: Signal;
  readonly isLong: boolean;
  /** Moves with the price where the signal trails it, never back. */
  stop: Rupees | null;
  /** Not to be acted on before: after an order that failed. */
  notBefore: EpochMs;
  attempts: number;
}
