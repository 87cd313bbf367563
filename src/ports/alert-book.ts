import type { Alert } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';

/** An alert as it is stored; `sentTime` is null until a person has been told. */
export interface StoredAlert extends Alert {
  readonly sentTime: EpochMs | null;
}

/** Alerts by key, and which of them have been sent. */
export interface AlertBook {
  alert(key: string): Promise<StoredAlert | undefined>;
  /** The first time wins; marking again changes nothing. */
  markSent(key: string, time: EpochMs): Promise<void>;
}
