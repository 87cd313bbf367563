import type { OutboxJob } from '../ports/ledger.ts';
import type { OpenQueues } from './open-queues.ts';
import type { OutboxSweeper } from './outbox-sweeper.ts';

export interface LostJobsOptions {
  /** Jobs that a queue has confirmed and whose purpose is not served, promised at least `ageMs` ago. */
  readonly unserved: (ageMs: number) => Promise<readonly OutboxJob[]>;
  readonly queues: Pick<OpenQueues, 'queue'>;
  readonly sweeper: Pick<OutboxSweeper, 'enqueue'>;
}

/** A job that has just ended is still being marked. */
const AGE_MS = 5_000;

/**
 * Adds again what the queue has lost: a Redis that came back empty, a job that somebody removed. What the queue still
 * has, be it waiting, at work or failed, is left alone. Returns how many jobs were lost.
 */
export async function addLostJobs({ unserved, queues, sweeper }: LostJobsOptions, ageMs = AGE_MS): Promise<number> {
  const lost: OutboxJob[] = [];
  for (const job of await unserved(ageMs)) {
    if ((await queues.queue(job.queue).getJob(job.id)) === undefined) lost.push(job);
  }
  await sweeper.enqueue(lost);
  return lost.length;
}
