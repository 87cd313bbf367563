import type { Alert } from '../core/alert.ts';
import type { Outcome } from './outcome.ts';

/** One way to tell a person. */
export interface AlertSink {
  send(alert: Alert): Promise<Outcome<null>>;
}
