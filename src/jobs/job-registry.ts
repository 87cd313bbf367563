import type { ZodType } from 'zod';
import { InvariantError } from '../core/errors.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { QueueName } from './queue-factory.ts';

type JobName = OutboxJob['name'];

/** Where each job that the outbox can promise is handled. A name added to the port does not compile until it is here. */
const QUEUE_OF: Readonly<Record<JobName, QueueName>> = {
  place: 'orders',
  modify: 'orders',
  cancel: 'orders',
  send: 'alerts',
  deliver: 'telegram',
  settle: 'gtt',
};
/** What not every process has work for: on paper there are no rules at a broker, and not everybody has a bot. */
const OPTIONAL_QUEUES: readonly QueueName[] = ['gtt', 'telegram'];

/** What a run came to. Everything but `done` leaves the decision about another run to the queue. */
export type JobResult =
  | { readonly kind: 'done' }
  /** Run again after the queue's back-off; spends an attempt. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** The whole queue pauses for so long; the job spends no attempt. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** Another run would end the same way. */
  | { readonly kind: 'failed'; readonly reason: string };

export const DONE: JobResult = { kind: 'done' };

export interface JobContext {
  /** As the outbox promised it. */
  readonly jobId: string;
  /** Aborts when the worker stops: end waits, finish what has begun. */
  readonly stopping: AbortSignal;
}

export interface JobDefinition<Payload> {
  readonly queue: QueueName;
  readonly name: JobName;
  readonly payload: ZodType<Payload>;
  /** May run twice for one job: the second run must be a no-op. */
  readonly handler: (payload: Payload, context: JobContext) => Promise<JobResult>;
}

/** A definition whose payload type has been sealed behind its own parser. */
export interface Job {
  readonly queue: QueueName;
  readonly name: JobName;
  run(data: unknown, context: JobContext): Promise<JobResult>;
}

export function defineJob<Payload>(definition: JobDefinition<Payload>): Job {
  const { queue, name, payload, handler } = definition;
  return {
    queue,
    name,
    async run(data, context) {
      const parsed = payload.safeParse(data);
      if (parsed.success) return handler(parsed.data, context);
      const issues = parsed.error.issues
        .map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`)
        .join('; ');
      return {
        kind: 'failed',
        reason: `Expected the payload of job "${name}", found ${JSON.stringify(data)} (${issues})`,
      };
    },
  };
}

/** Every job of the outbox and its one handler. */
export class JobRegistry {
  readonly #jobs = new Map<string, Job>();

  constructor(jobs: readonly Job[]) {
    for (const job of jobs) {
      if (QUEUE_OF[job.name] !== job.queue) {
        throw new InvariantError(
          `Expected job "${job.name}" on queue "${QUEUE_OF[job.name]}", found it on "${job.queue}"`,
        );
      }
      if (this.#jobs.has(job.name)) throw new InvariantError(`Expected one handler for job "${job.name}", found two`);
      this.#jobs.set(job.name, job);
    }
    const missing = Object.entries(QUEUE_OF).flatMap(([name, queue]) =>
      this.#jobs.has(name) || OPTIONAL_QUEUES.includes(queue) ? [] : [name],
    );
    if (missing.length > 0)
      throw new InvariantError(`Expected a handler for every job, found none for "${missing.join('", "')}"`);
  }

  /** Whether jobs of the queue have a handler here. */
  works(queue: QueueName): boolean {
    return [...this.#jobs.values()].some((job) => job.queue === queue);
  }

  async run(queue: QueueName, name: string, data: unknown, context: JobContext): Promise<JobResult> {
    const job = this.#jobs.get(name);
    if (job?.queue === queue) return job.run(data, context);
    const known = [...this.#jobs.values()].filter((other) => other.queue === queue).map((other) => other.name);
    return { kind: 'failed', reason: `Expected a job of queue "${queue}" ("${known.join('", "')}"), found "${name}"` };
  }
}
