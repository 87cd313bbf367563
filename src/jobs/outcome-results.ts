import type { Outcome } from '../ports/outcome.ts';
import type { JobResult } from './job-registry.ts';

export type Unsettled = Exclude<Outcome<never>, { kind: 'done' }>;

export function againAfter(outcome: Unsettled): JobResult {
  if (outcome.kind === 'throttled') return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
  return { kind: 'retry', reason: reasonOf(outcome) };
}

export function reasonOf(outcome: Unsettled): string {
  return outcome.kind === 'throttled' ? `the broker asks for ${outcome.retryAfterMs} ms of silence` : outcome.reason;
}

/** A call that throws has proven nothing. */
export async function provable<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await call();
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
