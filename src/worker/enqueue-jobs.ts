import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../core/time.ts';
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
  /** The queue is away, or back: said once each time. */
  readonly onTrouble: (text: string) => void;
}

/** An order is on the wire by then: what has time must not take its turn at the database. */
const ALERTS_AFTER_MS = 40;
const BEGUN_AFTER_MS = 10;

/**
 * Jobs that are committed go to the queue, in the order in which they were; one that is away gets them later, from the
 * sweeper. Resolves when the queue has them, or is known to be away; where orders have a head start, alerts follow.
 */
export function enqueueJobs(parts: EnqueueParts): (jobs: readonly OutboxJob[]) => Promise<void> {
  const { headStarts, queues } = parts;
  const add = inTurn(parts);
  if (headStarts === null) return (jobs) => add(jobs);
  // While Redis is away no entry is sent, so there it has to have them first. PostgreSQL is there: it has just committed them.
  const isEarly = (job: OutboxJob): boolean => queues.backend === 'postgres' || job.priority === EXIT_PRIORITY;
  const begin = (jobs: readonly OutboxJob[]): boolean => headStarts.begin(jobs, queues.stopping);
  let alerts: OutboxJob[] = [];
  const addAlerts = (): void => {
    const waiting = alerts;
    alerts = [];
    // The next start finds them in the outbox.
    if (!queues.stopping.aborted) void add(waiting);
  };
  return async (jobs) => {
    const others = jobs.filter((job) => !isNews(job));
    const early = others.filter(isEarly);
    const areBegun = begin(early) && early.length === others.length;
    const told = jobs.filter(isNews);
    if (told.length > 0 && alerts.length === 0) setTimeout(addAlerts, ALERTS_AFTER_MS);
    alerts.push(...told);
    await add(others, (added) => begin(added.filter((job) => !isEarly(job))), areBegun ? BEGUN_AFTER_MS : 0);
  };
}

function isNews({ queue }: OutboxJob): boolean {
  return queue === 'alerts' || queue === 'telegram';
}

/** Others need not wait until these are marked, only until they are added. */
function inTurn({ sweeper, queues, log, onTrouble }: EnqueueParts) {
  let adding: Promise<unknown> = Promise.resolve();
  let awaySince: number | null = null;
  return async (
    jobs: readonly OutboxJob[],
    onAdded?: (jobs: readonly OutboxJob[]) => void,
    afterMs = 0,
  ): Promise<void> => {
    if (jobs.length === 0) return;
    const turn = adding;
    const { promise, resolve } = Promise.withResolvers<void>();
    adding = promise;
    if (afterMs > 0) await sleep(afterMs);
    await turn;
    let left = jobs.length;
    try {
      await sweeper.enqueue(jobs, (added) => {
        onAdded?.(added);
        left -= added.length;
        if (left === 0) resolve();
      });
      if (awaySince === null) return;
      const seconds = Math.round((performance.now() - awaySince) / SECOND_MS);
      awaySince = null;
      onTrouble(`The queue is back after ${seconds} s: what waited is sent, as far as its time has not passed.`);
    } catch (error) {
      log.warn({ error: String(error), jobs: jobs.length }, 'Jobs could not be queued yet');
      // With all of them added it was only the mark that failed.
      if (left === 0 || awaySince !== null || queues.stopping.aborted) return;
      awaySince = performance.now();
      onTrouble(
        'The queue can not be reached: no entry is sent until it is back. What rests at the broker stays there.',
      );
    } finally {
      resolve();
    }
  };
}
