import type { PostgresLedger } from '../db/postgres-ledger.ts';
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';

/** Orders held for a later session are not lost: they wait for the clock, not for the sweeper. */
export function dueOnly(ledger: PostgresLedger, clock: Clock): Pick<PostgresLedger, 'unqueuedJobs' | 'markQueued'> {
  return {
    unqueuedJobs: async (ageMs) => (await ledger.unqueuedJobs(ageMs)).filter((job) => job.notBefore <= clock.now()),
    markQueued: (ids) => ledger.markQueued(ids),
  };
}

/** Runs the task again and again; returns how to stop. */
export function every(ms: number, task: () => Promise<unknown>, log: Logger): () => void {
  const timer = setInterval(() => {
    task().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'The queue could not be looked after; it is tried again'),
    );
  }, ms);
  return () => clearInterval(timer);
}
