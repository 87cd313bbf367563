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

/** Jobs that are committed go to the queue; one that is away gets them later, from the sweeper. */
export function enqueueJobs({ sweeper, headStarts, queues, log }: EnqueueParts) {
  // While Redis is away no entry is sent, so there it has to have them first. PostgreSQL is there: it has just committed them.
  const isEarly = (job: OutboxJob): boolean => queues.backend === 'postgres' || job.priority === EXIT_PRIORITY;
  return async (jobs: readonly OutboxJob[]): Promise<void> => {
    const begin = (each: readonly OutboxJob[]): void => headStarts?.begin(each, queues.stopping);
    begin(jobs.filter(isEarly));
    await sweeper
      .enqueue(jobs, (added) => begin(added.filter((job) => !isEarly(job))))
      .catch((error: unknown) => {
        log.warn({ error: String(error), jobs: jobs.length }, 'Jobs could not be queued yet');
      });
  };
}
