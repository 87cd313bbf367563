import { EXIT_PRIORITY } from '../engine/orders/promised-jobs.ts';
import type { HeadStarts } from '../jobs/head-start.ts';
import type { JobLog } from '../jobs/job-log.ts';
import type { OpenQueues } from '../jobs/open-queues.ts';
import type { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import type { OutboxJob } from '../ports/ledger.ts';

export interface EnqueueParts {
  readonly sweeper: Pick<OutboxSweeper, 'enqueue'>;
  /** Null where jobs have to run one after the other. */
  readonly headStarts: HeadStarts | null;
  readonly queues: Pick<OpenQueues, 'backend' | 'stopping'>;
  readonly log: JobLog;
}

/**
 * Jobs that are committed go to the queue, in the order in which they were; one that is away gets them later, from the
 * sweeper. Resolves when the queue has them, or is known to be away.
 */
export function enqueueJobs({ sweeper, headStarts, queues, log }: EnqueueParts) {
  // While Redis is away no entry is sent, so there it has to have them first. PostgreSQL is there: it has just committed them.
  const isEarly = (job: OutboxJob): boolean => queues.backend === 'postgres' || job.priority === EXIT_PRIORITY;
  const begin = (jobs: readonly OutboxJob[]): void => headStarts?.begin(jobs, queues.stopping);
  let adding: Promise<unknown> = Promise.resolve();
  return async (jobs: readonly OutboxJob[]): Promise<void> => {
    begin(jobs.filter(isEarly));
    const turn = adding;
    const { promise, resolve } = Promise.withResolvers<void>();
    adding = promise;
    await turn;
    let left = jobs.length;
    const onAdded = (added: readonly OutboxJob[]): void => {
      begin(added.filter((job) => !isEarly(job)));
      left -= added.length;
      // Others need not wait until these are marked.
      if (left === 0) resolve();
    };
    try {
      await sweeper.enqueue(jobs, onAdded);
    } catch (error) {
      log.warn({ error: String(error), jobs: jobs.length }, 'Jobs could not be queued yet');
    } finally {
      resolve();
    }
  };
}
