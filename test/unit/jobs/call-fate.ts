import type { Outcome } from '../../../src/ports/outcome.ts';

/** What becomes of one call on its way there and back. */
export type Fate =
  | 'done'
  | 'refused'
  | 'throttled'
  | 'session'
  | 'transient'
  /** The request is lost on its way; nobody can know. */
  | 'request-lost'
  /** The request arrives and its answer is lost. */
  | 'answer-lost'
  /** As `answer-lost`, by an exception out of the adapter. */
  | 'thrown';

export type Failure = Exclude<Outcome<never>, { kind: 'done' }>;

export const ANSWERS: Readonly<Record<Exclude<Fate, 'done'>, Failure>> = {
  refused: { kind: 'refused', code: 'RMS', reason: 'Insufficient funds' },
  throttled: { kind: 'throttled', retryAfterMs: 700 },
  session: { kind: 'session', reason: 'The token has expired' },
  transient: { kind: 'transient', reason: 'Connection refused' },
  'request-lost': { kind: 'unknown', reason: 'No answer within 7 s' },
  'answer-lost': { kind: 'unknown', reason: 'No answer within 7 s' },
  thrown: { kind: 'unknown', reason: 'Not used: it is thrown' },
};
