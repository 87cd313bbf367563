import { z } from 'zod';
import { assertNever } from '../core/errors.ts';
import type { AlertBook } from '../ports/alert-book.ts';
import type { AlertSink } from '../ports/alert-sink.ts';
import type { Clock } from '../ports/clock.ts';
import { DONE, defineJob, type Job, type JobResult } from './job-registry.ts';

export interface SendAlertOptions {
  readonly alerts: AlertBook;
  readonly sink: AlertSink;
  readonly clock: Clock;
}

const alertPayload = z.strictObject({ subject: z.string().min(1) });

/** At least once: a crash between sending and marking sends again, a marked alert is never sent again. */
export function sendAlertJob(options: SendAlertOptions): Job {
  return defineJob({
    queue: 'alerts',
    name: 'send',
    payload: alertPayload,
    handler: ({ subject }) => sendAlert(subject, options),
  });
}

async function sendAlert(key: string, { alerts, sink, clock }: SendAlertOptions): Promise<JobResult> {
  const alert = await alerts.alert(key);
  if (alert === undefined) return { kind: 'failed', reason: `Expected alert "${key}" in the book, found none` };
  if (alert.sentTime !== null) return DONE;
  const outcome = await sink.send(alert);
  switch (outcome.kind) {
    case 'done':
      await alerts.markSent(key, clock.now());
      return DONE;
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
    case 'refused':
      return { kind: 'failed', reason: `${outcome.reason} (${outcome.code})` };
    case 'session':
    case 'transient':
    case 'unknown':
      return { kind: 'retry', reason: outcome.reason };
    default:
      return assertNever(outcome, 'outcome');
  }
}
