/**
 * Carries jobs from the outbox to the queue: `enqueue` right after the commit that promised them, `sweep` for those that
 * a crash or an unreachable queue left behind.
 *
 * Invariants: a job is marked queued only after the queue has taken it, and the queue takes an id once as long as it
 * remembers it, so any number of sweepers add a job once. A finished job is forgotten after a while, and then its id
 * could be taken again. That does no harm: the row stays marked, and every handler first asks Postgres whether there
 * still is something to do.
 */
import type { JobsOptions } from 'bullmq';
import type { Clock } from '../ports/clock.ts';
import type { Ledger, OutboxJob } from '../ports/ledger.ts';
import { type OpenQueues, QUEUE_NAMES } from './open-queues.ts';
import type { JobPayload, QueueName } from './queue-factory.ts';

export interface OutboxSweeperOptions {
  readonly ledger: Pick<Ledger, 'unqueuedJobs' | 'markQueued'>;
  readonly queues: Pick<OpenQueues, 'queue'>;
  readonly clock: Clock;
  /** Milliseconds of real time until the job may run. The default takes the clock's time for real time. */
  readonly delayOf?: ((job: OutboxJob) => number) | undefined;
}

/**
 * Entries give up at their deadline and exits must get through, so order and rule jobs have attempts for hours of back-off;
 * an alert that can not be sent in a few minutes is reported as failed.
 */
const ATTEMPTS: Readonly<Record<QueueName, number>> = { orders: 500, gtt: 500, alerts: 20, telegram: 20 };
const KEEP_COMPLETED = { age: 3_600, count: 1_000 };
const KEEP_FAILED = { age: 7 * 86_400, count: 1_000 };
const SWEEP_AGE_MS = 2_000;

export class OutboxSweeper {
  readonly #ledger: OutboxSweeperOptions['ledger'];
  readonly #queues: OutboxSweeperOptions['queues'];
  readonly #delayOf: (job: OutboxJob) => number;

  constructor(options: OutboxSweeperOptions) {
    this.#ledger = options.ledger;
    this.#queues = options.queues;
    this.#delayOf = options.delayOf ?? ((job) => job.notBefore - options.clock.now());
  }

  /**
   * Adds the jobs, the most urgent queue first; `onAdded` hears what a queue has taken before that is marked. When it throws,
   * `sweep` adds what is missing later.
   */
  async enqueue(jobs: readonly OutboxJob[], onAdded?: (jobs: readonly OutboxJob[]) => void): Promise<void> {
    const added: string[] = [];
    try {
      for (const name of QUEUE_NAMES) {
        const ofQueue = jobs.filter((job) => job.queue === name);
        if (ofQueue.length === 0) continue;
        await this.#add(name, ofQueue);
        for (const { id } of ofQueue) added.push(id);
        onAdded?.(ofQueue);
      }
    } finally {
      if (added.length > 0) await this.#ledger.markQueued(added);
    }
  }

  /** Adds what was promised at least `ageMs` ago and never confirmed; returns how many jobs that were. */
  async sweep(ageMs = SWEEP_AGE_MS): Promise<number> {
    const left = await this.#ledger.unqueuedJobs(ageMs);
    await this.enqueue(left);
    return left.length;
  }

  async #add(name: QueueName, jobs: readonly OutboxJob[]): Promise<void> {
    const queue = this.#queues.queue(name);
    const entries = jobs.map((job) => this.#entryOf(job));
    const [first, ...others] = entries;
    // The usual case is one job, and Postgres adds one much faster than a batch of one.
    if (first !== undefined && others.length === 0) await queue.add(first.name, first.data, first.opts);
    else await queue.addBulk(entries);
  }

  #entryOf(job: OutboxJob): { name: string; data: JobPayload; opts: JobsOptions } {
    return {
      name: job.name,
      data: { subject: job.subject },
      opts: {
        jobId: job.id,
        priority: job.priority,
        delay: Math.max(0, Math.ceil(this.#delayOf(job))),
        attempts: ATTEMPTS[job.queue],
        backoff: { type: 'jittered' },
        stackTraceLimit: 1,
        removeOnComplete: KEEP_COMPLETED,
        removeOnFail: KEEP_FAILED,
      },
    };
  }
}
